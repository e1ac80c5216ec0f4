package dev.millrace.engine.kernel;

import static dev.millrace.engine.kernel.VectorProducts.LENGTH;
import static dev.millrace.engine.kernel.VectorProducts.SPECIES;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/** The optimisers' steps of the vector kernels: one pass over the weights and their slots. */
final class VectorUpdates {
  private VectorUpdates() {}

  static void sgd(float[] w, float[] g, float rate) {
    FloatVector minusRate = FloatVector.broadcast(SPECIES, -rate);
    int body = SPECIES.loopBound(w.length);
    for (int i = 0; i < body; i += LENGTH) {
      FloatVector weights = FloatVector.fromArray(SPECIES, w, i);
      FloatVector gradient = FloatVector.fromArray(SPECIES, g, i);
      minusRate.fma(gradient, weights).intoArray(w, i);
    }
    PlainKernels.sgd(w, g, rate, body);
  }

  static void momentum(float[] w, float[] g, float[] m, float rate, float momentum) {
    FloatVector decay = FloatVector.broadcast(SPECIES, momentum);
    int body = SPECIES.loopBound(w.length);
    for (int i = 0; i < body; i += LENGTH) {
      FloatVector move = FloatVector.fromArray(SPECIES, g, i).mul(rate).neg();
      FloatVector slot = flush(decay.fma(FloatVector.fromArray(SPECIES, m, i), move));
      slot.intoArray(m, i);
      FloatVector.fromArray(SPECIES, w, i).add(slot).intoArray(w, i);
    }
    PlainKernels.momentum(w, g, m, rate, momentum, body);
  }

  static void nesterov(float[] w, float[] g, float[] m, float rate, float momentum) {
    FloatVector decay = FloatVector.broadcast(SPECIES, momentum);
    int body = SPECIES.loopBound(w.length);
    for (int i = 0; i < body; i += LENGTH) {
      FloatVector move = FloatVector.fromArray(SPECIES, g, i).mul(rate).neg();
      FloatVector slot = flush(decay.fma(FloatVector.fromArray(SPECIES, m, i), move));
      slot.intoArray(m, i);
      FloatVector ahead = decay.fma(slot, move);
      FloatVector.fromArray(SPECIES, w, i).add(ahead).intoArray(w, i);
    }
    PlainKernels.nesterov(w, g, m, rate, momentum, body);
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
    PlainKernels.adam(w, g, m, v, rate1, rate2, alpha, epsilon, body);
  }

  private static FloatVector flush(FloatVector state) {
    return state.blend(0f, state.abs().compare(VectorOperators.LE, Kernels.TINY));
  }
}
