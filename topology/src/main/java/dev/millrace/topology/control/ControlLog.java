package dev.millrace.topology.control;

import dev.millrace.schemas.ControlOutcome;
import dev.millrace.schemas.wire.WireFormatException;
import dev.millrace.topology.Brokers;
import dev.millrace.topology.config.Pipeline;
import dev.millrace.topology.records.CommittedRecords;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.TopicPartition;

/** What became of the controls of a pipeline's models, as they were committed. */
public final class ControlLog {
  private ControlLog() {}

  /**
   * All that a model has taken up, in order; none if there is no such topic.
   *
   * @throws WireFormatException if a record is none of this log
   */
  public static List<ControlOutcome> of(Pipeline pipeline, int partition) {
    TopicPartition log = new TopicPartition(pipeline.outputs().controlLog(), partition);
    try (Brokers brokers = new Brokers(pipeline)) {
      if (brokers.partitions(log.topic(), 0) <= partition) {
        return List.of();
      }
    }
    List<ControlOutcome> outcomes = new ArrayList<>();
    try (CommittedRecords records = new CommittedRecords(pipeline.kafka(), log)) {
      records.read(
          records.begin(),
          records.end(),
          record -> outcomes.add(ControlOutcome.decode(record.value())));
    }
    return outcomes;
  }
}
