package dev.millrace.benchmarks.simulation;

/** What was committed is not what must have been. */
final class Difference extends RuntimeException {
  private static final long serialVersionUID = 1L;

  Difference(String message) {
    super(message);
  }

  /** Unless both are equal. */
  static void unlessSame(String where, Object expected, Object got) {
    if (!expected.equals(got)) {
      throw new Difference("%s: expected %s, got %s".formatted(where, expected, got));
    }
  }
}
