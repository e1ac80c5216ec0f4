package dev.millrace.engine.loss;

/**
 * (y - t)² / 2 for an error of at most delta, and delta·|y - t| - delta² / 2 beyond: Huber, "Robust
 * estimation of a location parameter", 1964.
 *
 * @param outputs the number of values, one target each
 */
record Huber(int outputs, float delta) implements Elementwise {
  @Override
  public float loss(float z, float y, float t) {
    float error = Math.abs(y - t);
    return error <= delta ? 0.5f * (error * error) : delta * error - 0.5f * (delta * delta);
  }

  @Override
  public float slope(float z, float y, float t) {
    return Math.max(-delta, Math.min(delta, y - t));
  }
}
