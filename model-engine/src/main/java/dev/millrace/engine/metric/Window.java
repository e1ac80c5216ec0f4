package dev.millrace.engine.metric;

import dev.millrace.engine.state.StateArray;
import java.util.Arrays;

/**
 * What was noted of the last {@link Prequential#WINDOW} events, so many numbers of each. Figures
 * are summed anew from it and never drift.
 */
final class Window {
  private final int columns;
  private final double[] values; // [WINDOW][columns]

  Window(int columns) {
    this.columns = columns;
    values = new double[Prequential.WINDOW * columns];
  }

  /** Puts in the note of the {@code n}-th event, counted from 0. */
  void put(long n, double[] note) {
    System.arraycopy(note, 0, values, (int) (n % Prequential.WINDOW) * columns, columns);
  }

  /** How many of {@code n} events it holds. */
  static int filled(long n) {
    return (int) Math.min(n, Prequential.WINDOW);
  }

  /** Copies a note into an array at least as long. */
  void get(int event, double[] note) {
    System.arraycopy(values, event * columns, note, 0, columns);
  }

  double get(int event, int column) {
    return values[event * columns + column];
  }

  void reset() {
    Arrays.fill(values, 0);
  }

  /** All values, to be kept. */
  double[] values() {
    return values;
  }

  StateArray state() {
    return StateArray.of("metric/window", values);
  }
}
