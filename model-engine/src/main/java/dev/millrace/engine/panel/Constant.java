package dev.millrace.engine.panel;

import dev.millrace.engine.state.StateArray;
import java.util.Arrays;

/** Says of every event the shares of the classes so far, each counted once more. */
final class Constant {
  private final double[] counts;

  Constant(int classes) {
    counts = new double[classes];
  }

  void reset() {
    Arrays.fill(counts, 1);
  }

  /**
   * Writes the shares.
   *
   * @param outputs 1 for that of the second class alone
   */
  void say(float[] said, int at, int outputs) {
    double all = 0;
    for (double count : counts) {
      all += count;
    }
    int first = counts.length - outputs;
    for (int i = 0; i < outputs; i++) {
      said[at + i] = (float) (counts[first + i] / all);
    }
  }

  void learn(int label, float weight) {
    counts[label] += weight;
  }

  StateArray state(String prefix) {
    return StateArray.of(prefix + "shares", counts);
  }
}
