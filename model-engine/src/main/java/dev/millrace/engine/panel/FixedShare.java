package dev.millrace.engine.panel;

import java.util.Arrays;

/** Weights that add up to 1, of which each gives the same share to all: none is ever lost. */
final class FixedShare {
  private FixedShare() {}

  /** Brings weights to a sum of 1 and shares; all alike if none is left. */
  static void apply(double[] weights, double share) {
    double all = 0;
    for (double weight : weights) {
      all += weight;
    }
    if (!(all > 0)) {
      Arrays.fill(weights, 1.0 / weights.length);
      return;
    }
    for (int k = 0; k < weights.length; k++) {
      weights[k] = (1 - share) * (weights[k] / all) + share / weights.length;
    }
  }
}
