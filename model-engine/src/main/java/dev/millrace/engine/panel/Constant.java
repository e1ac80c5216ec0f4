package dev.millrace.engine.panel;

import dev.millrace.engine.state.StateArray;
import java.util.Arrays;
import java.util.List;

/** Says of every event the shares of the classes so far, each counted once more, or 0. */
final class Constant {
  private final int classes;
  private final int outputs;
  private final double[] counts;

  Constant(int classes, int outputs) {
    this.classes = classes;
    this.outputs = outputs;
    counts = new double[Math.max(1, classes)];
  }

  void reset() {
    Arrays.fill(counts, 1);
  }

  void say(float[] said, int at) {
    if (classes == 0) {
      said[at] = 0f; // labels are learned less their mean
      return;
    }
    double all = 0;
    for (double count : counts) {
      all += count;
    }
    for (int i = 0; i < outputs; i++) {
      said[at + i] = (float) (counts[outputs == 1 ? 1 : i] / all);
    }
  }

  void learn(float[] targets, int at, float weight) {
    if (classes > 0) {
      counts[(int) targets[at]] += weight;
    }
  }

  List<StateArray> state(String prefix) {
    return List.of(StateArray.of(prefix + "shares", counts));
  }
}
