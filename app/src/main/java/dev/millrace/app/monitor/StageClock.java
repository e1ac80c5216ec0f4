package dev.millrace.app.monitor;

import dev.millrace.topology.StageTimer;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Where the time of a partition's events goes. One event in {@value #EVERY} is timed, a number that
 * has no divisor in common with batch sizes, so that each place in a batch has its turn; every
 * commit is. Written by one thread, read by any.
 */
final class StageClock implements StageTimer {
  private static final int EVERY = 61;
  private static final int STAGES = Stage.values().length;
  private static final int TIMED = STAGES; // events timed
  private static final int EVENTS = STAGES + 1; // all events

  private final AtomicLongArray sums = new AtomicLongArray(STAGES + 2); // nanoseconds by stage
  private boolean timing;
  private long lastNanos;

  @Override
  public void begin(boolean commit) {
    if (commit) {
      timing = true;
    } else {
      long events = sums.getPlain(EVENTS) + 1;
      sums.lazySet(EVENTS, events);
      timing = events % EVERY == 0;
      if (timing) {
        add(TIMED, 1);
      }
    }
    if (timing) {
      lastNanos = System.nanoTime();
    }
  }

  @Override
  public void end(Stage stage) {
    if (timing) {
      long now = System.nanoTime();
      add(stage.ordinal(), now - lastNanos);
      lastNanos = now;
    }
  }

  private void add(int i, long amount) {
    sums.lazySet(i, sums.getPlain(i) + amount);
  }

  /**
   * Nanoseconds a stage has taken an event, in the mean of all so far; empty before there is one.
   */
  Map<Stage, Double> nanosAnEvent() {
    Map<Stage, Double> nanos = new EnumMap<>(Stage.class);
    long timed = sums.get(TIMED);
    if (timed > 0) {
      for (Stage stage : Stage.values()) {
        long events = stage == Stage.COMMIT ? sums.get(EVENTS) : timed;
        nanos.put(stage, (double) sums.get(stage.ordinal()) / events);
      }
    }
    return nanos;
  }
}
