package dev.millrace.topology.control;

import dev.millrace.schemas.Control;
import dev.millrace.schemas.ControlOutcome;
import dev.millrace.schemas.registry.SchemaRegistry;
import dev.millrace.schemas.registry.Subjects;
import dev.millrace.schemas.wire.WireFormatException;
import dev.millrace.topology.Brokers;
import dev.millrace.topology.PreflightException;
import dev.millrace.topology.config.Pipeline;
import dev.millrace.topology.records.CommittedRecords;
import dev.millrace.topology.records.OneTransaction;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/**
 * Asks the models of a pipeline for something while it runs, and tells what became of it. A model
 * takes it up between two events; what it did stands in the {@link ControlLog} from then on.
 */
public final class ControlTopic {
  /** A record that was sent, and so will be taken up. */
  public record Sent(int partition, long offset) {}

  /**
   * A record of the control topic.
   *
   * @param control empty if it cannot be read
   * @param outcome empty as long as its model has not committed it
   */
  public record Entry(
      int partition, long offset, Optional<Control> control, Optional<ControlOutcome> outcome) {}

  private final Pipeline pipeline;

  public ControlTopic(Pipeline pipeline) {
    this.pipeline = pipeline;
  }

  /**
   * Asks the model of one partition, or those of all in one transaction.
   *
   * @throws PreflightException if there is no such topic or partition
   */
  public List<Sent> send(SchemaRegistry registry, Control control, OptionalInt partition) {
    List<Integer> partitions = partitions(partition);
    String topic = pipeline.outputs().control();
    int schemaId = registry.register(Subjects.value(topic), Control.SCHEMA);
    byte[] value = control.encode(schemaId);
    List<Future<RecordMetadata>> sent = new ArrayList<>();
    OneTransaction.run(
        pipeline,
        "control-" + control.id(),
        producer ->
            partitions.forEach(
                p -> sent.add(producer.send(new ProducerRecord<>(topic, p, null, value)))));
    return sent.stream().map(ControlTopic::sent).toList();
  }

  private List<Integer> partitions(OptionalInt partition) {
    int there = partitions();
    if (partition.isEmpty()) {
      return IntStream.range(0, there).boxed().toList();
    }
    if (partition.getAsInt() < 0 || partition.getAsInt() >= there) {
      throw new PreflightException(
          "pipeline '%s' has the partitions 0 to %d, partition=%d"
              .formatted(pipeline.name(), there - 1, partition.getAsInt()));
    }
    return List.of(partition.getAsInt());
  }

  private int partitions() {
    try (Brokers brokers = new Brokers(pipeline)) {
      return brokers.partitions(pipeline.outputs().control());
    } catch (UnknownTopicOrPartitionException e) {
      throw new PreflightException(
          "there is no topic '%s': pipeline '%s' has not run against these brokers yet. Its first start makes it"
              .formatted(pipeline.outputs().control(), pipeline.name()),
          e);
    }
  }

  /** The transaction is committed, so that the answer is there. */
  private static Sent sent(Future<RecordMetadata> future) {
    try {
      RecordMetadata metadata = future.get();
      return new Sent(metadata.partition(), metadata.offset());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new KafkaException("interrupted", e);
    } catch (ExecutionException e) {
      throw new KafkaException(e.getCause());
    }
  }

  /** All that is kept, by partition and in order, with what became of it. */
  public List<Entry> history() {
    List<Entry> entries = new ArrayList<>();
    int partitions = partitions();
    for (int partition = 0; partition < partitions; partition++) {
      entries.addAll(history(partition));
    }
    return entries;
  }

  private List<Entry> history(int partition) {
    Map<Long, ControlOutcome> outcomes = new HashMap<>();
    ControlLog.of(pipeline, partition).forEach(o -> outcomes.put(o.controlOffset(), o));
    List<Entry> entries = new ArrayList<>();
    TopicPartition topic = new TopicPartition(pipeline.outputs().control(), partition);
    try (CommittedRecords records = new CommittedRecords(pipeline.kafka(), topic)) {
      records.read(
          records.begin(),
          records.end(),
          record ->
              entries.add(
                  new Entry(
                      partition,
                      record.offset(),
                      read(record.value()),
                      Optional.ofNullable(outcomes.get(record.offset())))));
    }
    return entries;
  }

  private static Optional<Control> read(byte[] value) {
    try {
      return value == null ? Optional.empty() : Optional.of(Control.decode(value));
    } catch (WireFormatException e) {
      return Optional.empty();
    }
  }

  /** What became of records that were sent; those of which it is not known yet are missing. */
  public List<ControlOutcome> outcomes(List<Sent> sent) {
    List<ControlOutcome> outcomes = new ArrayList<>();
    for (Sent one : sent) {
      ControlLog.of(pipeline, one.partition()).stream()
          .filter(outcome -> outcome.controlOffset() == one.offset())
          .forEach(outcomes::add);
    }
    return outcomes;
  }
}
