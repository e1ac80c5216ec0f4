package dev.millrace.engine.loss;

/**
 * |y - t|, with the derivative 0 where they are equal.
 *
 * @param outputs the number of values, one target each
 */
record MeanAbsoluteError(int outputs) implements Elementwise {
  @Override
  public float loss(float z, float y, float t) {
    return Math.abs(y - t);
  }

  @Override
  public float slope(float z, float y, float t) {
    return Math.signum(y - t);
  }
}
