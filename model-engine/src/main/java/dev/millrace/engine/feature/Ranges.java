package dev.millrace.engine.feature;

/** Ranges between bounds that rise; a bound belongs to the range above it. */
final class Ranges {
  private Ranges() {}

  /** The range of the value, 0 to the number of bounds. */
  static int of(double value, double[] bounds) {
    int low = 0;
    int high = bounds.length;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (value >= bounds[middle]) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }
}
