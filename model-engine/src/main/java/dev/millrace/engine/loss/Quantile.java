package dev.millrace.engine.loss;

/**
 * quantile·(t - y) where y is too small, (1 - quantile)·(y - t) where it is too large; the
 * derivative is 0 where they are equal. The expected loss is least at the quantile: Koenker and
 * Bassett, "Regression quantiles", 1978.
 *
 * @param outputs the number of values, one target each
 */
record Quantile(int outputs, float quantile) implements Elementwise {
  @Override
  public float loss(float z, float y, float t) {
    return Math.max(quantile * (t - y), (1f - quantile) * (y - t));
  }

  @Override
  public float slope(float z, float y, float t) {
    float error = y - t;
    return error > 0 ? 1f - quantile : error < 0 ? -quantile : error;
  }
}
