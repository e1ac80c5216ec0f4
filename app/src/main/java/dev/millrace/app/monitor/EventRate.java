package dev.millrace.app.monitor;

import java.util.ArrayDeque;
import java.util.Deque;

/** Events a second over the last five seconds, or since the call before if that is longer ago. */
public final class EventRate {
  private static final long WINDOW_NANOS = 5_000_000_000L;

  private record Sample(long events, long nanos) {}

  private final Deque<Sample> samples = new ArrayDeque<>();

  /** The rate, given the events so far and the time on any nanosecond clock; 0 at first. */
  public double perSecond(long events, long nanos) {
    samples.addLast(new Sample(events, nanos));
    while (samples.size() > 2 && nanos - samples.getFirst().nanos() > WINDOW_NANOS) {
      samples.removeFirst();
    }
    Sample first = samples.getFirst();
    double seconds = (nanos - first.nanos()) / 1e9;
    return seconds > 0 ? Math.max(0, events - first.events()) / seconds : 0;
  }
}
