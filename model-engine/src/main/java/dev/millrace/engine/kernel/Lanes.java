package dev.millrace.engine.kernel;

/**
 * The one order in which a row is summed: element i goes to lane i mod 16, each lane adds in
 * ascending order from 0, and the lanes fold in halves, 8 onto 8, 4 onto 4, 2 onto 2, 1 onto 1. The
 * width is the same whatever the machine's vectors are.
 */
final class Lanes {
  static final int WIDTH = 16;

  private Lanes() {}

  /** The sum of the lanes; overwrites them. */
  static double fold(double[] lanes) {
    for (int half = WIDTH / 2; half > 0; half /= 2) {
      for (int lane = 0; lane < half; lane++) {
        lanes[lane] += lanes[lane + half];
      }
    }
    return lanes[0];
  }

  /** The sum of the lanes; overwrites them. */
  static float fold(float[] lanes) {
    for (int half = WIDTH / 2; half > 0; half /= 2) {
      for (int lane = 0; lane < half; lane++) {
        lanes[lane] += lanes[lane + half];
      }
    }
    return lanes[0];
  }
}
