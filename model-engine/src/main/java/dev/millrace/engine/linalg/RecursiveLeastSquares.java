package dev.millrace.engine.linalg;

import dev.millrace.engine.kernel.MatrixKernels;
import dev.millrace.engine.kernel.MatrixView;
import dev.millrace.engine.kernel.UdFactor;
import dev.millrace.engine.state.StateArray;
import java.util.Arrays;
import java.util.List;

/**
 * Ridge regression that learns a row at a time and is exact after each: with x including the 1 of
 * the intercept, the weights W after n rows minimise
 *
 * <pre>
 *   Σ lambda^(n-i)·s[i]·‖y[i] - x[i]·W‖² + lambda^n·ridge·‖W‖²,   i = 1 … n,   s = sample weight
 * </pre>
 *
 * <p>which is what a batch solution over all rows gives. The ridge fades with the rows it was there
 * before: with lambda below 1 it is a start, not a permanent pull towards 0.
 *
 * <p>Kept are W and P = (Σ lambda^(n-i)·s[i]·xᵀ·x + lambda^n·ridge·I)⁻¹, as U·D·Uᵀ (Bierman 1977;
 * see {@link MatrixKernels#update}), which cannot lose symmetry or sign by rounding as the
 * textbook's P = (P - k·xᵀ·P)/lambda does. A row costs about 1.5·K² fused multiply-adds for K
 * weight rows, and one pass over the K²/2 elements of U.
 *
 * <p>Where the inputs do not vary, forgetting would let P grow without end, and the next row that
 * does vary would throw the weights anywhere (wind-up). So no element of D may exceed
 * windUpLimit/ridge: what exceeds it is cut, which means to believe the present weights of that
 * direction a little. From the first cut on ({@link #cuts}) the formula above no longer holds to
 * the last digit.
 */
public final class RecursiveLeastSquares {
  /** The largest sample weight. */
  public static final double SAMPLE_WEIGHT_MAX = 1e15;

  private final LeastSquaresSpec spec;
  private final MatrixKernels kernels;
  private final int weightRows;
  private final UdFactor factor;
  private final double[] weights; // [weightRows][outputs], the intercept's row last
  private final double[] outputs; // scratch: a prediction, then its error
  private final long[] counts = new long[2]; // rows learned, elements of D cut
  private final MatrixView xRow;
  private final MatrixView gainColumn;
  private final MatrixView weightsView;
  private final MatrixView outputsRow;

  public RecursiveLeastSquares(LeastSquaresSpec spec, MatrixKernels kernels) {
    this.spec = spec;
    this.kernels = kernels;
    weightRows = spec.weightRows();
    factor = new UdFactor(weightRows, 1 / spec.ridge());
    weights = Matrix.zeros(weightRows, spec.outputs()).values();
    outputs = new double[spec.outputs()];
    xRow = MatrixView.of(factor.x(), weightRows);
    gainColumn = MatrixView.of(factor.gain(), 1);
    weightsView = MatrixView.of(weights, spec.outputs());
    outputsRow = MatrixView.of(outputs, spec.outputs());
  }

  public LeastSquaresSpec spec() {
    return spec;
  }

  /**
   * Writes x·W, each output one chain over the inputs in their order, the intercept last.
   *
   * @param x [inputs] from xOffset
   * @param y receives [outputs] from yOffset
   */
  public void predict(float[] x, int xOffset, float[] y, int yOffset) {
    load(x, xOffset);
    predict();
    for (int j = 0; j < outputs.length; j++) {
      y[yOffset + j] = (float) outputs[j];
    }
  }

  /**
   * Learns one row.
   *
   * @param x [inputs] from xOffset
   * @param y [outputs] from yOffset
   * @param sampleWeight within 0 and {@link #SAMPLE_WEIGHT_MAX}; a row of weight 0 teaches nothing,
   *     but those before it are a row older
   * @return false if x or y had NaN or infinity, and nothing has changed
   */
  public boolean update(float[] x, int xOffset, float[] y, int yOffset, double sampleWeight) {
    if (!(sampleWeight >= 0 && sampleWeight <= SAMPLE_WEIGHT_MAX)) {
      throw new IllegalArgumentException(
          "sampleWeight must be within 0 and %s, sampleWeight=%s"
              .formatted(SAMPLE_WEIGHT_MAX, sampleWeight));
    }
    if (!allFinite(x, xOffset, spec.inputs()) || !allFinite(y, yOffset, outputs.length)) {
      return false;
    }
    load(x, xOffset);
    predict();
    for (int j = 0; j < outputs.length; j++) {
      outputs[j] = y[yOffset + j] - outputs[j];
    }
    double limit = spec.windUpLimit() / spec.ridge();
    counts[1] += kernels.update(factor, sampleWeight, spec.forgetting(), limit);
    kernels.addProduct(weightRows, 1, outputs.length, gainColumn, outputsRow, weightsView);
    counts[0]++;
    return true;
  }

  private void load(float[] x, int xOffset) {
    double[] row = factor.x();
    for (int i = 0; i < spec.inputs(); i++) {
      row[i] = x[xOffset + i];
    }
    if (spec.intercept()) {
      row[spec.inputs()] = 1;
    }
  }

  private void predict() {
    Arrays.fill(outputs, 0);
    kernels.addProduct(1, weightRows, outputs.length, xRow, weightsView, outputsRow);
  }

  /** Whether so many values from an offset are neither NaN nor infinite. */
  public static boolean allFinite(float[] values, int offset, int length) {
    boolean finite = true;
    for (int i = offset; i < offset + length; i++) {
      finite &= Math.abs(values[i]) <= Float.MAX_VALUE;
    }
    return finite;
  }

  /**
   * How Σ dy·y changes with one input: Σ dy[j]·W[input][j], summed in the order of the outputs.
   *
   * @param dy [outputs] from dyOffset
   */
  public float slope(int input, float[] dy, int dyOffset) {
    double sum = 0;
    for (int j = 0; j < outputs.length; j++) {
      sum = Math.fma(dy[dyOffset + j], weights[input * outputs.length + j], sum);
    }
    return (float) sum;
  }

  /** Forgets every row. */
  public void reset() {
    factor.reset(1 / spec.ridge());
    Arrays.fill(weights, 0);
    Arrays.fill(counts, 0);
  }

  /** A copy of W, [inputs][outputs] and a last row for the intercept if there is one. */
  public Matrix weights() {
    return Matrix.of(weightRows, outputs.length, weights);
  }

  /**
   * P, exactly symmetric: the covariance of a column of W if the errors of y have variance 1. Costs
   * K³/6 multiply-adds.
   */
  public Matrix covariance() {
    Matrix p = Matrix.zeros(weightRows, weightRows);
    double[] d = factor.d();
    for (int i = 0; i < weightRows; i++) {
      for (int j = i; j < weightRows; j++) {
        double sum = 0;
        for (int k = j; k < weightRows; k++) {
          sum = Math.fma(factor.u(i, k) * d[k], factor.u(j, k), sum);
        }
        p.set(i, j, sum);
        p.set(j, i, sum);
      }
    }
    return p;
  }

  /** Rows learned. */
  public long rows() {
    return counts[0];
  }

  /** How many times the wind-up limit has cut an element of D. */
  public long cuts() {
    return counts[1];
  }

  /** What must survive, each array named {@code prefix/…}: U, D, W and the counts. */
  public List<StateArray> state(String prefix) {
    return List.of(
        StateArray.of(prefix + "/u", factor.u()),
        StateArray.of(prefix + "/d", factor.d()),
        StateArray.of(prefix + "/weights", weights),
        StateArray.of(prefix + "/counts", counts));
  }
}
