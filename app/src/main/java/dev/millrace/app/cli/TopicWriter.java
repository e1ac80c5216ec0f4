package dev.millrace.app.cli;

import dev.millrace.schemas.wire.WireFormat;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Writes framed Avro values to a topic, in order and each once as far as an idempotent producer
 * can.
 */
final class TopicWriter implements AutoCloseable {
  private static final Duration BOUND = Duration.ofSeconds(10);

  private final KafkaProducer<byte[], byte[]> producer;
  private final String topic;
  private final int schemaId;
  private final AtomicReference<Exception> failure = new AtomicReference<>();

  TopicWriter(Map<String, String> kafka, String topic, int schemaId) {
    this.topic = topic;
    this.schemaId = schemaId;
    Map<String, Object> config = new HashMap<>();
    config.put(ProducerConfig.LINGER_MS_CONFIG, 20);
    config.put(ProducerConfig.BATCH_SIZE_CONFIG, 1 << 17);
    config.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, "lz4");
    config.putAll(kafka);
    config.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
    config.put(ProducerConfig.ACKS_CONFIG, "all");
    this.producer =
        new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer());
  }

  /** Creates the topic if it is not there, with one partition: a model trains on one. */
  static void createTopic(Map<String, String> kafka, String topic) throws InterruptedException {
    try (Admin admin = Connections.admin(kafka, BOUND)) {
      if (admin.listTopics().names().get().contains(topic)) {
        return;
      }
      admin
          .createTopics(List.of(new NewTopic(topic, Optional.of(1), Optional.empty())))
          .all()
          .get();
    } catch (ExecutionException e) {
      if (!(e.getCause() instanceof TopicExistsException)) {
        throw Connections.unwrapped(e, kafka);
      }
    }
  }

  /**
   * @param key null for none
   * @param payload the Avro encoding
   */
  void send(byte[] key, byte[] payload) {
    throwIfFailed();
    producer.send(
        new ProducerRecord<>(topic, key, WireFormat.frame(schemaId, payload)),
        (metadata, e) -> {
          if (e != null) {
            failure.compareAndSet(null, e);
          }
        });
  }

  /** Waits until all that was sent is written. */
  void flush() {
    producer.flush();
    throwIfFailed();
  }

  private void throwIfFailed() {
    Exception e = failure.get();
    if (e instanceof RuntimeException known) {
      throw known;
    } else if (e != null) {
      throw new IllegalStateException("an event could not be written to " + topic, e);
    }
  }

  @Override
  public void close() {
    producer.close(BOUND);
  }
}
