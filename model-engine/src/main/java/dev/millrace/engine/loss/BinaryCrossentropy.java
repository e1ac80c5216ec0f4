package dev.millrace.engine.loss;

import dev.millrace.engine.kernel.Elementary;

/**
 * -t·log σ(z) - (1 - t)·log(1 - σ(z)), the mean over the outputs; each target t is in [0, 1].
 *
 * @param outputs the number of independent yes-or-no answers, one target each
 */
record BinaryCrossentropy(int outputs) implements LossFunction {
  @Override
  public int targetsPerRow() {
    return outputs;
  }

  @Override
  public boolean fromSums() {
    return true;
  }

  // loss = max(z, 0) - z·t + log(1 + exp(-|z|))
  @Override
  public void losses(
      float[] z, float[] y, float[] targets, int targetOffset, int rows, float[] losses) {
    for (int row = 0; row < rows; row++) {
      float sum = 0f;
      for (int j = row * outputs; j < (row + 1) * outputs; j++) {
        float t = target(targets[targetOffset + j]);
        float linear = z[j] > 0 ? z[j] * (1f - t) : -(z[j] * t);
        sum += linear + Elementary.log1p(Elementary.exp(-Math.abs(z[j])));
      }
      losses[row] = sum / outputs;
    }
  }

  // dz = (y - t) / (outputs·rows)
  @Override
  public void gradient(float[] y, float[] targets, int targetOffset, int rows, float[] gradient) {
    float share = (float) outputs * rows;
    for (int i = 0; i < rows * outputs; i++) {
      gradient[i] = (y[i] - target(targets[targetOffset + i])) / share;
    }
  }

  private static float target(float target) {
    if (!(target >= 0 && target <= 1)) {
      throw new IllegalArgumentException("target must be from 0 to 1, target=" + target);
    }
    return target;
  }
}
