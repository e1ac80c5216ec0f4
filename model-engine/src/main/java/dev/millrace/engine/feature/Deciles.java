package dev.millrace.engine.feature;

/** The ten ranges of a standardised number that a normal distribution fills alike. */
final class Deciles {
  /** How many there are. */
  static final int COUNT = 10;

  private static final double[] BOUNDS = {
    -1.2815515655446004,
    -0.8416212335729143,
    -0.5244005127080407,
    -0.2533471031357997,
    0,
    0.2533471031357997,
    0.5244005127080407,
    0.8416212335729143,
    1.2815515655446004
  };

  private Deciles() {}

  /** The range of the number, 0 to 9. */
  static int of(double standardized) {
    return Ranges.of(standardized, BOUNDS);
  }
}
