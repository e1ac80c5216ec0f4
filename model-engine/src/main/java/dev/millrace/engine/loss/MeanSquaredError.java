package dev.millrace.engine.loss;

/**
 * (y - t)², the mean over the outputs; fits every activation.
 *
 * @param outputs the number of values, one target each
 */
record MeanSquaredError(int outputs) implements LossFunction {
  @Override
  public int targetsPerRow() {
    return outputs;
  }

  @Override
  public boolean fromSums() {
    return false;
  }

  @Override
  public void losses(
      float[] z, float[] y, float[] targets, int targetOffset, int rows, float[] losses) {
    for (int row = 0; row < rows; row++) {
      float sum = 0f;
      for (int j = row * outputs; j < (row + 1) * outputs; j++) {
        float error = y[j] - targets[targetOffset + j];
        sum = Math.fma(error, error, sum);
      }
      losses[row] = sum / outputs;
    }
  }

  // dy = 2·(y - t) / (outputs·rows)
  @Override
  public void gradient(float[] y, float[] targets, int targetOffset, int rows, float[] gradient) {
    float share = (float) outputs * rows;
    for (int i = 0; i < rows * outputs; i++) {
      gradient[i] = 2f * (y[i] - targets[targetOffset + i]) / share;
    }
  }
}
