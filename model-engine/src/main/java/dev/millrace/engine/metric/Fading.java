package dev.millrace.engine.metric;

import dev.millrace.engine.state.StateArray;

/**
 * The weights of events in sums that fade: each weighs 1 / {@value Prequential#FADING} of the one
 * before. That the newest grows instead of all others shrinking costs one product an event; once in
 * a while the sums are brought back to size.
 */
final class Fading {
  private static final double GROWTH = 1 / Prequential.FADING;
  private static final double WEIGHT_MAX = 1e100;
  private final double[] weight = {1};

  /**
   * The weight of the next event; the sums of those before are scaled down when it is too large.
   */
  double next(double[] sums) {
    double next = weight[0] * GROWTH;
    if (next > WEIGHT_MAX) {
      for (int i = 0; i < sums.length; i++) {
        sums[i] /= next;
      }
      next = 1;
    }
    weight[0] = next;
    return next;
  }

  void reset() {
    weight[0] = 1;
  }

  StateArray state() {
    return StateArray.of("metric/fading.weight", weight);
  }
}
