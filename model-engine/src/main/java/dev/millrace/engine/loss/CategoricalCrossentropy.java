package dev.millrace.engine.loss;

import dev.millrace.engine.kernel.Elementary;

/**
 * -log softmax(z)[target], with one target a row: the index of the class.
 *
 * @param outputs the number of classes
 */
record CategoricalCrossentropy(int outputs) implements LossFunction {
  @Override
  public int targetsPerRow() {
    return 1;
  }

  @Override
  public boolean fromSums() {
    return true;
  }

  // loss = log(Σ exp(z - max)) - (z[target] - max); the largest term of the sum is 1, and log1p of
  // the others keeps a small loss exact
  @Override
  public void losses(
      float[] z, float[] y, float[] targets, int targetOffset, int rows, float[] losses) {
    for (int row = 0; row < rows; row++) {
      int start = row * outputs;
      int target = target(targets[targetOffset + row]);
      int largest = 0;
      for (int j = 1; j < outputs; j++) {
        if (z[start + j] > z[start + largest]) {
          largest = j;
        }
      }
      float max = z[start + largest];
      float others = 0f;
      for (int j = 0; j < outputs; j++) {
        others += j == largest ? 0f : Elementary.exp(z[start + j] - max);
      }
      float logOfSum = others <= 1f ? Elementary.log1p(others) : Elementary.log(1f + others);
      losses[row] = logOfSum - (z[start + target] - max);
    }
  }

  // dz = (y - onehot(target)) / rows
  @Override
  public void gradient(float[] y, float[] targets, int targetOffset, int rows, float[] gradient) {
    for (int row = 0; row < rows; row++) {
      int start = row * outputs;
      int target = target(targets[targetOffset + row]);
      for (int j = 0; j < outputs; j++) {
        gradient[start + j] = (y[start + j] - (j == target ? 1f : 0f)) / rows;
      }
    }
  }

  private int target(float target) {
    if (!(target >= 0 && target < outputs) || target != (int) target) {
      throw new IllegalArgumentException(
          "target must be a class index from 0 to " + (outputs - 1) + ", target=" + target);
    }
    return (int) target;
  }
}
