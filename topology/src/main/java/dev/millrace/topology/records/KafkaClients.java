package dev.millrace.topology.records;

import dev.millrace.topology.config.Pipeline;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Clients with a pipeline's settings, as far as they are theirs; its prefixes are Streams' own. */
public final class KafkaClients {
  private KafkaClients() {}

  /** A consumer of bytes, in no group unless its own settings name one. */
  public static KafkaConsumer<byte[], byte[]> consumer(Pipeline pipeline, Map<String, String> own) {
    Map<String, Object> settings = settings(pipeline, ConsumerConfig.configNames(), own);
    settings.remove("group.instance.id");
    return new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }

  /** A producer of bytes. */
  public static Producer<byte[], byte[]> producer(Pipeline pipeline, Map<String, String> own) {
    return new KafkaProducer<>(
        settings(pipeline, ProducerConfig.configNames(), own),
        new ByteArraySerializer(),
        new ByteArraySerializer());
  }

  private static Map<String, Object> settings(
      Pipeline pipeline, Set<String> names, Map<String, String> own) {
    Map<String, Object> settings = new HashMap<>();
    pipeline
        .kafka()
        .forEach(
            (name, value) -> {
              if (names.contains(name)) {
                settings.put(name, value);
              }
            });
    settings.putAll(own);
    return settings;
  }
}
