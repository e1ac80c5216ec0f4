package dev.millrace.benchmarks.pipeline;

import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerInterceptor;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/**
 * Knows when a consumer first returned records: there the clock starts. Kafka makes interceptors by
 * their class name, so the time has to be static; one contestant runs at a time.
 */
public final class FirstPoll implements ConsumerInterceptor<byte[], byte[]> {
  private static volatile long atNs;

  /** Forgets the last contestant's. */
  static void reset() {
    atNs = 0;
  }

  /** {@link System#nanoTime} of the first poll with records; 0 before. */
  static long atNs() {
    return atNs;
  }

  @Override
  public ConsumerRecords<byte[], byte[]> onConsume(ConsumerRecords<byte[], byte[]> records) {
    if (atNs == 0 && !records.isEmpty()) {
      atNs = System.nanoTime();
    }
    return records;
  }

  @Override
  public void onCommit(Map<TopicPartition, OffsetAndMetadata> offsets) {}

  @Override
  public void configure(Map<String, ?> configs) {}

  @Override
  public void close() {}
}
