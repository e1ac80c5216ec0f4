package dev.millrace.app.monitor;

import dev.millrace.topology.config.Pipeline;
import dev.millrace.topology.records.KafkaClients;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;

/**
 * The newest committed records of a pipeline's metrics and dead letters, then all that follow; and
 * how far its input reaches.
 */
final class OutputReader implements AutoCloseable {
  /** Offsets before the end to begin at; markers of transactions count too. */
  private static final long METRICS_BEFORE_END = 2_000;

  private static final long DEAD_LETTERS_BEFORE_END = 100;

  private final Pipeline pipeline;
  private final KafkaConsumer<byte[], byte[]> consumer;
  private final List<TopicPartition> input;

  OutputReader(Pipeline pipeline) {
    this.pipeline = pipeline;
    consumer = KafkaClients.consumer(pipeline, settings(pipeline));
    try {
      input = partitions(pipeline.input().topic());
      List<TopicPartition> metrics = partitions(pipeline.outputs().metrics());
      List<TopicPartition> deadLetters = partitions(pipeline.outputs().deadLetters());
      List<TopicPartition> all = new ArrayList<>(metrics);
      all.addAll(deadLetters);
      consumer.assign(all);
      seek(metrics, METRICS_BEFORE_END);
      seek(deadLetters, DEAD_LETTERS_BEFORE_END);
    } catch (RuntimeException e) {
      consumer.close();
      throw e;
    }
  }

  private static Map<String, String> settings(Pipeline pipeline) {
    return Map.of(
        "isolation.level", "read_committed",
        "enable.auto.commit", "false",
        "auto.offset.reset", "earliest",
        "allow.auto.create.topics", "false",
        "default.api.timeout.ms", "10000",
        "client.id", pipeline.name() + "-monitor");
  }

  private List<TopicPartition> partitions(String topic) {
    return consumer.partitionsFor(topic).stream()
        .map(info -> new TopicPartition(info.topic(), info.partition()))
        .toList();
  }

  private void seek(List<TopicPartition> partitions, long beforeEnd) {
    Map<TopicPartition, Long> begins = consumer.beginningOffsets(partitions);
    consumer
        .endOffsets(partitions)
        .forEach(
            (partition, end) ->
                consumer.seek(partition, Math.max(begins.get(partition), end - beforeEnd)));
  }

  /** Reads what has been committed, waiting at most so long for the first of it. */
  void poll(
      Duration patience,
      Consumer<ConsumerRecord<byte[], byte[]>> metrics,
      Consumer<ConsumerRecord<byte[], byte[]>> deadLetter) {
    String metricsTopic = pipeline.outputs().metrics();
    for (ConsumerRecord<byte[], byte[]> record : consumer.poll(patience)) {
      (record.topic().equals(metricsTopic) ? metrics : deadLetter).accept(record);
    }
  }

  /** One more than the newest committed offset of each input partition. */
  Map<Integer, Long> inputEnds() {
    Map<TopicPartition, Long> ends = consumer.endOffsets(input);
    return input.stream().collect(Collectors.toMap(TopicPartition::partition, ends::get));
  }

  /** Ends what it waits for, from another thread. */
  void wakeUp() {
    consumer.wakeup();
  }

  @Override
  public void close() {
    consumer.close();
  }
}
