package dev.millrace.topology.records;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** The committed records of one partition, read without a group. */
public final class CommittedRecords implements AutoCloseable {
  private static final Duration POLL = Duration.ofMillis(200);
  private static final String ANSWER_MS = "10000";

  private final KafkaConsumer<byte[], byte[]> consumer;
  private final TopicPartition partition;

  /**
   * @param kafka the user's Kafka settings
   */
  public CommittedRecords(Map<String, String> kafka, TopicPartition partition) {
    Map<String, Object> settings = new HashMap<>(kafka);
    settings.put("isolation.level", "read_committed");
    settings.put("enable.auto.commit", "false");
    settings.put("auto.offset.reset", "none");
    settings.put("allow.auto.create.topics", "false");
    settings.put("default.api.timeout.ms", ANSWER_MS);
    settings.remove("group.instance.id");
    this.partition = partition;
    consumer =
        new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    consumer.assign(List.of(partition));
  }

  /** The oldest offset there is. */
  public long begin() {
    return consumer.beginningOffsets(List.of(partition)).get(partition);
  }

  /** One more than the newest offset that is decided. */
  public long end() {
    return consumer.endOffsets(List.of(partition)).get(partition);
  }

  /**
   * Hands on the records of the offsets from {@code from} to before {@code to}, in order.
   *
   * @throws org.apache.kafka.common.errors.TimeoutException if the brokers stop answering
   */
  public void read(long from, long to, Consumer<ConsumerRecord<byte[], byte[]>> each) {
    consumer.seek(partition, from);
    while (consumer.position(partition) < to) {
      var records = consumer.poll(POLL);
      if (records.isEmpty()) {
        end(); // a poll tells nothing of brokers that are away
      }
      for (ConsumerRecord<byte[], byte[]> record : records) {
        if (record.offset() < to) {
          each.accept(record);
        }
      }
    }
  }

  @Override
  public void close() {
    consumer.close();
  }
}
