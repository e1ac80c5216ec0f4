package dev.millrace.app.demo;

import java.util.ArrayDeque;
import java.util.Deque;

/** Events a second over the last five seconds. */
final class Pace {
  private static final long WINDOW_NANOS = 5_000_000_000L;

  private record Sample(long events, long nanos) {}

  private final Deque<Sample> samples = new ArrayDeque<>();

  /** The pace, given the events so far and the time on any nanosecond clock. */
  double perSecond(long events, long nanos) {
    samples.add(new Sample(events, nanos));
    while (nanos - samples.getFirst().nanos() > WINDOW_NANOS) {
      samples.remove();
    }
    Sample first = samples.getFirst();
    double seconds = (nanos - first.nanos()) / 1e9;
    return seconds > 0 ? (events - first.events()) / seconds : 0;
  }
}
