package dev.millrace.topology.error;

import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.KafkaClientSupplier;

/**
 * Kafka's own clients, but that the producer tells which topic does not take a record and what to
 * do. Without it Kafka Streams takes a topic that is not there for a slow broker, and restores and
 * tries again for ever. Kafka Streams takes them by its setting {@code default.client.supplier}.
 */
public class OutputClients implements KafkaClientSupplier {
  @Override
  public Admin getAdmin(Map<String, Object> config) {
    return Admin.create(config);
  }

  @Override
  public Producer<byte[], byte[]> getProducer(Map<String, Object> config) {
    return new OutputProducer(config);
  }

  @Override
  public Consumer<byte[], byte[]> getConsumer(Map<String, Object> config) {
    return new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }

  @Override
  public Consumer<byte[], byte[]> getRestoreConsumer(Map<String, Object> config) {
    return getConsumer(config);
  }

  @Override
  public Consumer<byte[], byte[]> getGlobalConsumer(Map<String, Object> config) {
    return getConsumer(config);
  }

  /** The producer that tells. */
  public static class OutputProducer extends KafkaProducer<byte[], byte[]> {
    public OutputProducer(Map<String, Object> config) {
      super(config, new ByteArraySerializer(), new ByteArraySerializer());
    }

    /** Kafka Streams asks before it sends. Brokers that are away are no cause of this timeout. */
    @Override
    public List<PartitionInfo> partitionsFor(String topic) {
      try {
        return super.partitionsFor(topic);
      } catch (TimeoutException e) {
        throw OutputException.of(topic, e.getCause()).map(RuntimeException.class::cast).orElse(e);
      }
    }

    @Override
    public Future<RecordMetadata> send(ProducerRecord<byte[], byte[]> record, Callback callback) {
      return super.send(
          record, (metadata, e) -> callback.onCompletion(metadata, told(record.topic(), e)));
    }

    private static Exception told(String topic, Exception failure) {
      return OutputException.of(topic, failure).map(Exception.class::cast).orElse(failure);
    }
  }
}
