package dev.millrace.app.pipeline;

import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerInterceptor;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.ProducerInterceptor;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;

/**
 * Ends the process, as SIGKILL does, when a broker has taken the first records that it sent: they
 * are in the log, and their transaction is open. What it consumes is left alone; the same setting
 * names the interceptors of both.
 */
public final class KilledAtFirstAnswer
    implements ProducerInterceptor<byte[], byte[]>, ConsumerInterceptor<byte[], byte[]> {
  static final int CODE = 77;

  @Override
  public void onAcknowledgement(RecordMetadata metadata, Exception exception) {
    Runtime.getRuntime().halt(exception == null ? CODE : 1);
  }

  @Override
  public ProducerRecord<byte[], byte[]> onSend(ProducerRecord<byte[], byte[]> record) {
    return record;
  }

  @Override
  public ConsumerRecords<byte[], byte[]> onConsume(ConsumerRecords<byte[], byte[]> records) {
    return records;
  }

  @Override
  public void onCommit(Map<TopicPartition, OffsetAndMetadata> offsets) {}

  @Override
  public void configure(Map<String, ?> settings) {}

  @Override
  public void close() {}
}
