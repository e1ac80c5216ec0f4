package dev.millrace.engine.loss;

import dev.millrace.engine.kernel.Elementary;

/**
 * -t·log σ(z) - (1 - t)·log(1 - σ(z)); each target is in [0, 1], and t is that target drawn towards
 * 1/2 by the smoothing.
 *
 * @param outputs the number of independent yes-or-no answers, one target each
 */
record BinaryCrossentropy(int outputs, float smoothing) implements Elementwise {
  @Override
  public boolean fromSums() {
    return true;
  }

  @Override
  public float target(float target) {
    return smoothed(target, smoothing);
  }

  static float smoothed(float target, float smoothing) {
    ClassTargets.requireProbability(target);
    return target * (1f - smoothing) + 0.5f * smoothing;
  }

  /** The loss of one output is finite if z is, so that no logarithm need be taken. */
  @Override
  public boolean areFinite(
      float[] z, float[] y, float[] targets, int targetOffset, int rows, float[] losses) {
    if (outputs > 1) { // whose sum could overflow
      return Elementwise.super.areFinite(z, y, targets, targetOffset, rows, losses);
    }
    boolean finite = true;
    for (int row = 0; row < rows; row++) {
      ClassTargets.requireProbability(targets[targetOffset + row]);
      finite &= Float.isFinite(z[row]);
    }
    return finite;
  }

  @Override
  public float loss(float z, float y, float t) {
    return entropy(z, t);
  }

  // max(z, 0) - z·t + log(1 + exp(-|z|))
  static float entropy(float z, float t) {
    float linear = z > 0 ? z * (1f - t) : -(z * t);
    return linear + Elementary.log1p(Elementary.exp(-Math.abs(z)));
  }

  @Override
  public float slope(float z, float y, float t) {
    return y - t;
  }
}
