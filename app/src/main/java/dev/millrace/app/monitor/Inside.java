package dev.millrace.app.monitor;

import dev.millrace.engine.Learner;
import dev.millrace.engine.Outcome;
import dev.millrace.engine.metric.ClassMetrics;
import dev.millrace.topology.LearningLoop;
import dev.millrace.topology.ModelProbe;
import dev.millrace.topology.StageTimer;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** Looks into the models of one pipeline that this instance learns, once a second at most. */
final class Inside implements ModelProbe {
  private static final long LOOK_MS = 1_000;

  private final InstantSource clock;
  private final Map<Integer, StageClock> clocks = new ConcurrentHashMap<>();
  private final Map<Integer, Importance> importances =
      new ConcurrentHashMap<>(); // each one thread's
  private final Map<Integer, InsideView> views = new ConcurrentHashMap<>();
  private final Map<Integer, Long> lookedMs = new ConcurrentHashMap<>();

  Inside(InstantSource clock) {
    this.clock = clock;
  }

  @Override
  public StageTimer timer(int partition) {
    StageClock stages = new StageClock();
    clocks.put(partition, stages);
    return stages;
  }

  @Override
  public void predicted(int partition, Outcome outcome) {
    if (!outcome.attributions.isEmpty()) {
      importances.computeIfAbsent(partition, p -> new Importance()).add(outcome.attributions);
    }
  }

  @Override
  public void look(int partition, LearningLoop loop) {
    long now = clock.millis();
    if (loop.learner().isPresent() && now - lookedMs.getOrDefault(partition, 0L) >= LOOK_MS) {
      lookedMs.put(partition, now);
      Importance importance = importances.get(partition);
      views.put(
          partition,
          view(loop.learner().get(), importance == null ? Map.of() : importance.means()));
    }
  }

  private static InsideView view(Learner learner, Map<String, Double> importance) {
    return new InsideView(
        learner.stateBytes(),
        learner.featureStatistics(),
        importance,
        learner.spec().label().classes(),
        learner.metrics() instanceof ClassMetrics metrics
            ? Optional.of(metrics.view())
            : Optional.empty());
  }

  /** As it was seen last; empty if another instance learns it. */
  Optional<InsideView> view(int partition) {
    return Optional.ofNullable(views.get(partition));
  }

  /** Nanoseconds an event, by stage; empty if another instance learns it. */
  Map<StageTimer.Stage, Double> nanosAnEvent(int partition) {
    StageClock stages = clocks.get(partition);
    return stages == null ? Map.of() : stages.nanosAnEvent();
  }
}
