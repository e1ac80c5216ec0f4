package dev.millrace.topology;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.streams.processor.TimestampExtractor;

/**
 * The record's timestamp, or 0 where it has none: Kafka Streams' own extractors stop at a negative
 * timestamp or drop the record, and an event without a time is still an event.
 */
final class NonNegativeTimestamp implements TimestampExtractor {
  @Override
  public long extract(ConsumerRecord<Object, Object> record, long partitionTime) {
    return Math.max(0, record.timestamp());
  }
}
