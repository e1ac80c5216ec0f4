package dev.millrace.app.demo;

import dev.millrace.schemas.Metrics;
import dev.millrace.topology.config.Pipeline;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Someone who reads the committed outputs of a pipeline, as any user would. */
final class Watcher implements AutoCloseable {
  private final KafkaConsumer<byte[], byte[]> consumer;
  private final String metricsTopic;
  private Metrics metrics; // the newest, null before the first
  private long predictions;
  private long deadLetters;

  Watcher(Pipeline pipeline) {
    metricsTopic = pipeline.outputs().metrics();
    TopicPartition metricsPartition = new TopicPartition(metricsTopic, 0);
    TopicPartition predictionsPartition = new TopicPartition(pipeline.outputs().predictions(), 0);
    TopicPartition deadLettersPartition = new TopicPartition(pipeline.outputs().deadLetters(), 0);
    consumer =
        new KafkaConsumer<>(
            Map.of(
                "bootstrap.servers", pipeline.kafka().get("bootstrap.servers"),
                "isolation.level", "read_committed",
                "max.poll.records", "5000"),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer());
    consumer.assign(List.of(metricsPartition, predictionsPartition, deadLettersPartition));
    consumer.seekToBeginning(consumer.assignment());
  }

  /** Reads what has been committed, waiting at most so long for the first of it. */
  void poll(Duration patience) {
    for (ConsumerRecord<byte[], byte[]> record : consumer.poll(patience)) {
      if (record.topic().equals(metricsTopic)) {
        metrics = Metrics.decode(record.value());
      } else if (record.topic().endsWith("dead-letters")) {
        deadLetters++;
      } else {
        predictions++;
      }
    }
  }

  /** Whether the outputs of the first {@code events} events have all been read. */
  boolean hasSeen(long events) {
    return metrics != null
        && metrics.read() == events
        && predictions == metrics.predicted()
        && deadLetters == metrics.deadLettered();
  }

  /** The newest metrics; null before the first commit. */
  Metrics metrics() {
    return metrics;
  }

  /** Predictions read. */
  long predictions() {
    return predictions;
  }

  long deadLetters() {
    return deadLetters;
  }

  @Override
  public void close() {
    consumer.close();
  }
}
