package dev.millrace.engine.loss;

/**
 * (y - t)².
 *
 * @param outputs the number of values, one target each
 */
record MeanSquaredError(int outputs) implements Elementwise {
  @Override
  public float loss(float z, float y, float t) {
    float error = y - t;
    return error * error;
  }

  @Override
  public float slope(float z, float y, float t) {
    return 2f * (y - t);
  }
}
