package dev.millrace.engine;

import dev.millrace.engine.state.StateArray;

/**
 * Stops learning for a while when one step after the other has to be skipped: what comes in is not
 * what the model was made for. A while is a number of batches, so that it depends on the log alone;
 * then one batch is tried, and if that is skipped too, the next pause begins.
 */
public final class LearningPause {
  /** Steps skipped in a row that begin a pause. */
  public static final int SKIPPED_MAX = 10;

  /** Batches that a pause takes. */
  public static final int BATCHES = 100;

  private static final int SKIPPED = 0;
  private static final int LEFT = 1;

  private final long[] counts = new long[2];

  LearningPause() {}

  StateArray state() {
    return StateArray.of("meta/pause", counts);
  }

  boolean isOn() {
    return counts[LEFT] > 0;
  }

  /** A batch has passed by. */
  void passed() {
    counts[LEFT]--;
  }

  void made() {
    counts[SKIPPED] = 0;
  }

  void skipped() {
    if (++counts[SKIPPED] >= SKIPPED_MAX) {
      counts[LEFT] = BATCHES;
    }
  }
}
