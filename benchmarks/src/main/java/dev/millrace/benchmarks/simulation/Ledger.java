package dev.millrace.benchmarks.simulation;

import dev.millrace.engine.Learner;
import dev.millrace.schemas.Control;
import dev.millrace.schemas.ControlOutcome;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What the counters of one partition must say, added up from its labelled events, the controls
 * between them and the batches of which no step was made; it knows nothing of models.
 */
final class Ledger {
  /** What is to become of a predicted event. */
  enum Label {
    NONE,
    LEARNED,
    LEFT_OUT
  }

  /**
   * Where a model stands before an event of some offset.
   *
   * @param next the lowest offset that the next event can have
   * @param late labels that are not known yet
   * @param batched events in the batch that is filling
   */
  record Line(
      long next,
      long version,
      long labelled,
      long learned,
      long late,
      long batched,
      long rejected,
      long leftOut,
      boolean paused) {
    private static final Line FIRST = new Line(0, 0, 0, 0, 0, 0, 0, 0, false);

    /** What the counters say. */
    List<Long> counters() {
      return List.of(version, labelled, learned, late + batched, rejected, leftOut);
    }

    private Line predicted(long offset, Label label) {
      long more = label == Label.NONE ? 0 : 1;
      return new Line(
          offset + 1,
          version,
          labelled + more,
          learned,
          late + more,
          batched,
          rejected,
          leftOut,
          paused);
    }

    private Line unreadable(long offset) {
      return new Line(
          offset + 1, version, labelled, learned, late, batched, rejected, leftOut, paused);
    }

    private Line known(Label label) {
      boolean isLeftOut = !paused && label == Label.LEFT_OUT;
      boolean isBatched = !paused && label == Label.LEARNED;
      return new Line(
          next,
          version,
          labelled,
          learned,
          late - 1,
          batched + (isBatched ? 1 : 0),
          rejected + (paused ? 1 : 0),
          leftOut + (isLeftOut ? 1 : 0),
          paused);
    }

    private Line stepped() {
      return new Line(
          next, version + 1, labelled, learned + batched, late, 0, rejected, leftOut, paused);
    }

    private Line skipped() {
      return new Line(
          next, version, labelled, learned, late, 0, rejected + batched, leftOut, paused);
    }

    private Line paused(boolean pause) {
      return new Line(next, version, labelled, learned, late, batched, rejected, leftOut, pause);
    }

    private Line begunAnew() {
      return new Line(
          next, version + 1, labelled, learned, 0, 0, rejected + batched + late, leftOut, paused);
    }

    private Line controlled(Control control) {
      return switch (control.action()) {
        case PAUSE -> paused(true);
        case RESUME -> paused(false);
        case RESET -> begunAnew();
        case LEARNING_RATE, FREEZE, UNFREEZE -> this;
      };
    }
  }

  /** A label that comes late. */
  private record Waiting(long offset, int place, Label label) {}

  private final List<Line> lines = new ArrayList<>();
  private final List<Long> stepVersions = new ArrayList<>();
  private final Deque<Waiting> waiting = new ArrayDeque<>();
  private final Set<Long> unmadeEnds = new HashSet<>();
  private final int batch;

  /**
   * Adds up.
   *
   * @param predicted by offset; what is not there could not be read
   * @param unmade batches of which no step was made
   * @param delay predicted events after which a label is known
   */
  Ledger(
      List<Workload.Input> events,
      Map<Long, Label> predicted,
      List<Learner.Step> unmade,
      List<ControlOutcome> outcomes,
      int batch,
      int delay) {
    this.batch = batch;
    unmade.forEach(step -> unmadeEnds.add(step.lastOffset()));
    Deque<ControlOutcome> left = new ArrayDeque<>(outcomes);
    Line line = Line.FIRST;
    lines.add(line);
    int places = 0;
    for (Workload.Input input : events) {
      long offset = input.event().offset();
      while (!left.isEmpty() && left.peek().offset() <= offset) {
        line = controlled(line, left.remove());
      }
      Label label = predicted.get(offset);
      if (label == null) {
        line = line.unreadable(offset);
      } else {
        line = line.predicted(offset, label);
        waiting.add(new Waiting(offset, places++, label));
        while (!waiting.isEmpty() && waiting.peek().place() + delay < places) {
          line = known(line, waiting.remove());
        }
      }
      lines.add(line);
    }
    while (!left.isEmpty()) {
      line = controlled(line, left.remove());
    }
  }

  private Line known(Line line, Waiting event) {
    if (event.label() == Label.NONE) {
      return line;
    }
    Line after = line.known(event.label());
    if (after.batched() < batch) {
      return after;
    }
    if (unmadeEnds.contains(event.offset())) {
      return after.skipped();
    }
    stepVersions.add(after.stepped().version());
    return after.stepped();
  }

  private Line controlled(Line line, ControlOutcome outcome) {
    Line after = outcome.isDone() ? line.controlled(outcome.control()) : line;
    if (outcome.isDone() && outcome.control().action() == Control.Action.RESET) {
      waiting.clear();
    }
    lines.add(after);
    return after;
  }

  /** Where the model may stand after an event: before or after the controls that follow it. */
  List<Line> after(long offset) {
    return lines.stream().filter(line -> line.next() == offset + 1).toList();
  }

  /** Version of the model that predicts an event. */
  long versionBefore(long offset) {
    long version = 0;
    for (Line line : lines) {
      if (line.next() <= offset) {
        version = line.version();
      }
    }
    return version;
  }

  /** The versions that steps made, in order. */
  List<Long> stepVersions() {
    return stepVersions;
  }
}
