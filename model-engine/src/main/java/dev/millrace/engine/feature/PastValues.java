package dev.millrace.engine.feature;

import dev.millrace.engine.state.StateArray;
import java.util.Arrays;

/** The last values of a number, so that an event can have that of some events before. */
final class PastValues {
  private final double[] ring; // then how many have joined
  private final int lag;

  PastValues(int lag) {
    this.lag = lag;
    ring = new double[lag + 1];
    forget();
  }

  /** Takes the value of an event and returns that of {@code lag} events before; NaN if missing. */
  double exchange(double value) {
    int at = (int) ((long) ring[lag] % lag);
    double past = peek();
    ring[at] = Double.isNaN(value) ? Double.NaN : value; // one NaN, whatever the platform's
    ring[lag]++;
    return past;
  }

  /** What {@link #exchange} would return. */
  double peek() {
    return ring[(int) ((long) ring[lag] % lag)];
  }

  StateArray state(String name) {
    return StateArray.of(name, ring);
  }

  void forget() {
    Arrays.fill(ring, Double.NaN);
    ring[lag] = 0;
  }
}
