package dev.millrace.engine.loss;

import dev.millrace.engine.kernel.Elementary;

/**
 * log Σ exp(z) of a row, relative to its largest z: the largest term of the sum is 1, and log1p of
 * the others keeps a small result exact.
 */
final class LogSumExp {
  private LogSumExp() {}

  /** Where the largest of the row is, the first among equals. */
  static int largest(float[] z, int start, int columns) {
    int largest = start;
    for (int j = start + 1; j < start + columns; j++) {
      if (z[j] > z[largest]) {
        largest = j;
      }
    }
    return largest;
  }

  /** Σ exp(z - z[largest]) over all others. */
  static float others(float[] z, int start, int columns, int largest) {
    float max = z[largest];
    float others = 0f;
    for (int j = start; j < start + columns; j++) {
      others += j == largest ? 0f : Elementary.exp(z[j] - max);
    }
    return others;
  }

  /** log(1 + others), which is log Σ exp(z - z[largest]). */
  static float log(float others) {
    return others <= 1f ? Elementary.log1p(others) : Elementary.log(1f + others);
  }
}
