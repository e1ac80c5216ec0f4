package dev.millrace.topology.recovery;

import dev.millrace.schemas.ControlOutcome;
import dev.millrace.topology.LearningLoop;
import dev.millrace.topology.config.Pipeline;
import dev.millrace.topology.control.ControlLog;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * The controls that a model took up, to be taken up again between the same two events. Where they
 * stand on the control topic and when they came is of no account.
 */
final class RecordedControls {
  /** However many there are. */
  static final long ALL = Long.MAX_VALUE;

  private final LearningLoop loop;
  private final Deque<ControlOutcome> left;

  private RecordedControls(LearningLoop loop, Deque<ControlOutcome> left) {
    this.loop = loop;
    this.left = left;
  }

  /**
   * Those after what a model has taken up already.
   *
   * @param to number of the last one; {@link #ALL} for all that are recorded
   * @throws IncompleteLogException if one of them is missing
   */
  static RecordedControls of(Pipeline pipeline, int partition, LearningLoop loop, long to) {
    long taken = loop.controls().taken();
    List<ControlOutcome> recorded =
        to == taken
            ? List.of()
            : ControlLog.of(pipeline, partition).stream()
                .filter(outcome -> outcome.number() > taken && outcome.number() <= to)
                .toList();
    long next = taken + 1;
    for (ControlOutcome outcome : recorded) {
      if (outcome.number() != next++) {
        throw missing(pipeline, partition, next - 1);
      }
    }
    if (to != ALL && next <= to) {
      throw missing(pipeline, partition, next);
    }
    return new RecordedControls(loop, new ArrayDeque<>(recorded));
  }

  private static IncompleteLogException missing(Pipeline pipeline, int partition, long number) {
    return new IncompleteLogException(
        "%s-%d has no record of control %d, which is needed to make the model again"
            .formatted(pipeline.outputs().controlLog(), partition, number));
  }

  /** Takes up those that landed before an event of this offset. */
  void upTo(long offset) {
    while (!left.isEmpty() && left.peek().offset() <= offset) {
      ControlOutcome outcome = left.remove();
      loop.control(outcome.isDone() ? outcome.control() : null, outcome.controlOffset());
    }
  }
}
