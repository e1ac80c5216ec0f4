package dev.millrace.engine.panel;

import dev.millrace.engine.state.StateArray;
import java.util.Arrays;

/**
 * How a sum of losses bends in each direction of some weights, kept as its inverse P, so that a
 * step of Newton's is a product: after rows v with importance s,
 *
 * <pre>
 *   P⁻¹ = Σ kept^age·s·v·vᵀ + kept^rows·I/least
 * </pre>
 *
 * <p>Where rows do not vary, forgetting lets P grow: its trace is kept to what it was at first, by
 * making all of P smaller.
 */
final class Curvature {
  /** Rows of up to some hundreds that count no more than this leave P positive, rounding or not. */
  static final double IMPORTANCE_MAX = 1e4;

  private final int size;
  private final double first;
  private final double kept;
  private final double[] p; // [size][size], symmetric to the bit
  private final double[] pv;

  /**
   * @param first the diagonal of P without rows
   * @param kept what is kept of the rows so far at each new one, at most 1
   */
  Curvature(int size, double first, double kept) {
    this.size = size;
    this.first = first;
    this.kept = kept;
    p = new double[size * size];
    pv = new double[size];
  }

  void reset() {
    Arrays.fill(p, 0);
    for (int i = 0; i < size; i++) {
      p[i * size + i] = first;
    }
  }

  /** Takes a row. */
  void add(double[] v, double importance) {
    double bend = 1;
    for (int i = 0; i < size; i++) {
      pv[i] = row(i, v);
      bend += importance * v[i] * pv[i];
    }
    double trace = 0;
    for (int i = 0; i < size; i++) {
      trace += p[i * size + i] - importance * pv[i] * pv[i] / bend;
    }
    double grow = Math.min(1 / kept, first * size / trace);
    double part = grow * importance / bend;
    for (int i = 0; i < size; i++) {
      for (int j = 0; j < size; j++) {
        p[i * size + j] = grow * p[i * size + j] - part * (pv[i] * pv[j]);
      }
    }
  }

  /** Newton's step: the weights less P·gradient. */
  void descend(double[] gradient, double[] weights) {
    for (int i = 0; i < size; i++) {
      weights[i] -= row(i, gradient);
    }
  }

  private double row(int i, double[] v) {
    double sum = 0;
    for (int j = 0; j < size; j++) {
      sum += p[i * size + j] * v[j];
    }
    return sum;
  }

  StateArray state(String name) {
    return StateArray.of(name, p);
  }
}
