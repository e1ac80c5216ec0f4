package dev.millrace.engine.metric;

import dev.millrace.engine.state.StateArray;
import java.util.Arrays;

/** The last {@link Prequential#WINDOW} values; its mean is summed anew, so it never drifts. */
final class Window {
  private final double[] values = new double[Prequential.WINDOW];

  /** Puts in the value of the {@code n}-th event, counted from 0. */
  void put(long n, double value) {
    values[(int) (n % values.length)] = value;
  }

  /** The mean over the last values of {@code n} put in all. */
  double mean(long n) {
    int filled = (int) Math.min(n, values.length);
    double sum = 0;
    for (int i = 0; i < filled; i++) {
      sum += values[i];
    }
    return sum / filled;
  }

  void reset() {
    Arrays.fill(values, 0);
  }

  StateArray state(String name) {
    return StateArray.of(name, values);
  }
}
