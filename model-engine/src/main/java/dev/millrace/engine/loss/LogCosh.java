package dev.millrace.engine.loss;

import dev.millrace.engine.kernel.Elementary;

/**
 * log cosh(y - t): about half the squared error where it is small, the absolute error less log 2
 * where it is large.
 *
 * @param outputs the number of values, one target each
 */
record LogCosh(int outputs) implements Elementwise {
  @Override
  public float loss(float z, float y, float t) {
    return Elementary.logCosh(y - t);
  }

  @Override
  public float slope(float z, float y, float t) {
    return Elementary.tanh(y - t);
  }
}
