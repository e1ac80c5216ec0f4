package dev.millrace.app.monitor;

import dev.millrace.schemas.Metrics;
import dev.millrace.topology.StageTimer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** What is known of the model of one partition: its newest metrics, and its way there. */
final class ModelHistory {
  private static final int SAMPLES_MAX = 600;

  private final Timeline<Metrics> timeline = new Timeline<>(SAMPLES_MAX, 1, Metrics::read);
  private final Timeline<Pace> paces = new Timeline<>(SAMPLES_MAX, 1_000, Pace::time);
  private final EventRate rate = new EventRate();
  private Metrics newest; // null before the first
  private long eventTime;
  private long caughtUpMs; // when nothing waited; 0 if something always has

  /** Takes the next metrics that the model published. */
  void add(Metrics metrics, long eventTime) {
    newest = metrics;
    this.eventTime = eventTime;
    timeline.add(metrics);
  }

  boolean isEmpty() {
    return newest == null;
  }

  /** As it stands now; once a second or so, since the pace follows from these calls. */
  ModelFrame frame(
      long nowMs,
      OptionalLong inputEnd,
      Optional<InsideView> inside,
      Map<StageTimer.Stage, Double> nanosAnEvent) {
    long lag = inputEnd.isPresent() ? Math.max(0, inputEnd.getAsLong() - newest.offset() - 1) : -1;
    if (lag == 0) {
      caughtUpMs = nowMs;
    }
    Pace pace =
        new Pace(
            nowMs, rate.perSecond(newest.read(), nowMs * 1_000_000), lag, lagSeconds(nowMs, lag));
    paces.add(pace);
    return new ModelFrame(eventTime, pace, newest, inside, nanosAnEvent);
  }

  private double lagSeconds(long nowMs, long lag) {
    if (lag <= 0) {
      return lag;
    }
    long since = Math.max(eventTime, caughtUpMs); // what waits has come later than either
    return since <= 0 ? -1 : Math.max(0, nowMs - since) / 1e3;
  }

  /** How fast it went, the oldest first. */
  List<Pace> paces() {
    return paces.samples();
  }

  /** Metrics along its way, by events read; the oldest first. */
  List<Metrics> timeline() {
    return timeline.samples();
  }
}
