package dev.millrace.benchmarks.crash;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * When a process ends itself.
 *
 * @param commits of this life that come first
 * @param count which record it is, from 1, of those that the point counts
 * @param delayMs how long after the point
 */
record Trigger(KillPoint point, int commits, int count, int delayMs) {
  /** The system property that carries it. */
  static final String PROPERTY = "millrace.crash";

  /** One that never fires. */
  static final Trigger NONE = new Trigger(KillPoint.RANDOM, 0, 0, 0);

  /** As the value of the property. */
  String text() {
    return "%s,%d,%d,%d".formatted(point.label(), commits, count, delayMs);
  }

  /** Of the value of the property. */
  static Trigger parse(String text) {
    String[] parts = text.split(",");
    return new Trigger(
        KillPoint.of(parts[0]),
        Integer.parseInt(parts[1]),
        Integer.parseInt(parts[2]),
        Integer.parseInt(parts[3]));
  }

  /** Ends this JVM after the delay, as SIGKILL does: no hook, no finally, no buffer is flushed. */
  void fire() {
    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(delayMs));
    Runtime.getRuntime().halt(Instance.KILLED);
  }
}
