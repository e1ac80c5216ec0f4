package dev.millrace.engine.kernel;

import static dev.millrace.engine.kernel.VectorTiles.LENGTH;
import static dev.millrace.engine.kernel.VectorTiles.SPECIES;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/**
 * {@link ProductUpdates} with the Vector API: vector by vector of dy, which stays in a register
 * over all ranges, and the plain loop as each range's tail.
 */
final class VectorProductUpdates implements ProductUpdates {
  @Override
  public void sgd(float[] w, ProductGradient g, float rate) {
    int body = SPECIES.loopBound(g.length);
    for (int j = 0; j < body; j += LENGTH) {
      sgd(w, g.at + j, g.stride, g.index, g.factors, g.count, g.dy, g.dyAt + j, rate);
    }
    for (int i = 0; i < g.count && body < g.length; i++) {
      PlainProductUpdates.sgd(w, g, i, body, rate);
    }
  }

  private static void sgd(
      float[] w,
      int at,
      int stride,
      int[] index,
      float[] factors,
      int count,
      float[] dy,
      int dyAt,
      float rate) {
    FloatVector zero = FloatVector.zero(SPECIES);
    FloatVector minusRate = FloatVector.broadcast(SPECIES, -rate);
    FloatVector slopes = FloatVector.fromArray(SPECIES, dy, dyAt);
    for (int i = 0; i < count; i++) {
      int k = at + index[i] * stride;
      FloatVector gradient = slopes.fma(FloatVector.broadcast(SPECIES, factors[i]), zero);
      minusRate.fma(gradient, FloatVector.fromArray(SPECIES, w, k)).intoArray(w, k);
    }
  }

  @Override
  public void adagrad(float[] w, float[] sum, ProductGradient g, float rate, float epsilon) {
    int body = SPECIES.loopBound(g.length);
    for (int j = 0; j < body; j += LENGTH) {
      adagrad(
          w, sum, g.at + j, g.stride, g.index, g.factors, g.count, g.dy, g.dyAt + j, rate, epsilon);
    }
    for (int i = 0; i < g.count && body < g.length; i++) {
      PlainProductUpdates.adagrad(w, sum, g, i, body, rate, epsilon);
    }
  }

  private static void adagrad(
      float[] w,
      float[] sum,
      int at,
      int stride,
      int[] index,
      float[] factors,
      int count,
      float[] dy,
      int dyAt,
      float rate,
      float epsilon) {
    FloatVector zero = FloatVector.zero(SPECIES);
    FloatVector most = FloatVector.broadcast(SPECIES, Updates.SUM_MAX);
    FloatVector slopes = FloatVector.fromArray(SPECIES, dy, dyAt);
    for (int i = 0; i < count; i++) {
      int k = at + index[i] * stride;
      FloatVector gradient = slopes.fma(FloatVector.broadcast(SPECIES, factors[i]), zero);
      FloatVector next = gradient.fma(gradient, FloatVector.fromArray(SPECIES, sum, k));
      next = next.blend(most, next.compare(VectorOperators.GT, most));
      next.intoArray(sum, k);
      FloatVector step = gradient.mul(rate).div(next.add(epsilon).sqrt());
      FloatVector.fromArray(SPECIES, w, k).sub(step).intoArray(w, k);
    }
  }
}
