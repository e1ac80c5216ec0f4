package dev.millrace.engine.kernel;

import static dev.millrace.engine.kernel.VectorProducts.LENGTH;
import static dev.millrace.engine.kernel.VectorProducts.SPECIES;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/** The optimisers' steps of the vector kernels: one pass over the weights and their slots. */
final class VectorUpdates {
  private VectorUpdates() {}

  static void sgd(float[] w, float[] g, float rate) {
    FloatVector minusRate = FloatVector.broadcast(SPECIES, -rate);
    for (int i = 0; i < w.length; i += LENGTH) {
      VectorMask<Float> mask = VectorProducts.first(w.length - i);
      FloatVector weights = FloatVector.fromArray(SPECIES, w, i, mask);
      FloatVector gradient = FloatVector.fromArray(SPECIES, g, i, mask);
      minusRate.fma(gradient, weights).intoArray(w, i, mask);
    }
  }

  static void momentum(float[] w, float[] g, float[] m, float rate, float momentum) {
    FloatVector decay = FloatVector.broadcast(SPECIES, momentum);
    for (int i = 0; i < w.length; i += LENGTH) {
      VectorMask<Float> mask = VectorProducts.first(w.length - i);
      FloatVector move = FloatVector.fromArray(SPECIES, g, i, mask).mul(rate).neg();
      FloatVector slot = flush(decay.fma(FloatVector.fromArray(SPECIES, m, i, mask), move));
      slot.intoArray(m, i, mask);
      FloatVector.fromArray(SPECIES, w, i, mask).add(slot).intoArray(w, i, mask);
    }
  }

  static void nesterov(float[] w, float[] g, float[] m, float rate, float momentum) {
    FloatVector decay = FloatVector.broadcast(SPECIES, momentum);
    for (int i = 0; i < w.length; i += LENGTH) {
      VectorMask<Float> mask = VectorProducts.first(w.length - i);
      FloatVector move = FloatVector.fromArray(SPECIES, g, i, mask).mul(rate).neg();
      FloatVector slot = flush(decay.fma(FloatVector.fromArray(SPECIES, m, i, mask), move));
      slot.intoArray(m, i, mask);
      FloatVector ahead = decay.fma(slot, move);
      FloatVector.fromArray(SPECIES, w, i, mask).add(ahead).intoArray(w, i, mask);
    }
  }

  static void adam(
      float[] w,
      float[] g,
      float[] m,
      float[] v,
      float rate1,
      float rate2,
      float alpha,
      float epsilon) {
    int body = SPECIES.loopBound(w.length);
    FloatVector rates1 = FloatVector.broadcast(SPECIES, rate1);
    FloatVector rates2 = FloatVector.broadcast(SPECIES, rate2);
    for (int i = 0; i < body; i += LENGTH) {
      FloatVector gradient = FloatVector.fromArray(SPECIES, g, i);
      FloatVector mean = FloatVector.fromArray(SPECIES, m, i);
      FloatVector square = FloatVector.fromArray(SPECIES, v, i);
      mean = flush(gradient.sub(mean).fma(rates1, mean));
      square = flush(gradient.fma(gradient, square.neg()).fma(rates2, square));
      mean.intoArray(m, i);
      square.intoArray(v, i);
      FloatVector step = mean.mul(alpha).div(square.sqrt().add(epsilon));
      FloatVector.fromArray(SPECIES, w, i).sub(step).intoArray(w, i);
    }
    VectorMask<Float> tail = VectorProducts.first(w.length - body);
    FloatVector gradient = FloatVector.fromArray(SPECIES, g, body, tail);
    FloatVector mean = FloatVector.fromArray(SPECIES, m, body, tail);
    FloatVector square = FloatVector.fromArray(SPECIES, v, body, tail);
    mean = flush(gradient.sub(mean).fma(rates1, mean));
    square = flush(gradient.fma(gradient, square.neg()).fma(rates2, square));
    mean.intoArray(m, body, tail);
    square.intoArray(v, body, tail);
    FloatVector step = mean.mul(alpha).div(square.sqrt().add(epsilon));
    FloatVector.fromArray(SPECIES, w, body, tail).sub(step).intoArray(w, body, tail);
  }

  private static FloatVector flush(FloatVector state) {
    return state.blend(0f, state.abs().compare(VectorOperators.LE, Kernels.TINY));
  }
}
