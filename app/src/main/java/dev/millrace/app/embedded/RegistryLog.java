package dev.millrace.app.embedded;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.avro.Schema;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * The registry's memory: the compacted topic {@code _schemas}, one partition, in the JSON that
 * Confluent's registry writes there. Has one writer, this one.
 */
final class RegistryLog implements AutoCloseable {
  static final String TOPIC = "_schemas";

  private static final TopicPartition PARTITION = new TopicPartition(TOPIC, 0);
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration POLL = Duration.ofMillis(200);
  private static final int WRITE_TIMEOUT_MS = 10_000;

  private final KafkaProducer<byte[], byte[]> producer;

  private RegistryLog(KafkaProducer<byte[], byte[]> producer) {
    this.producer = producer;
  }

  /** Makes the topic if need be and reads it to its end into the state. */
  static RegistryLog open(String bootstrapServers, RegistryState state) {
    try {
      createTopic(bootstrapServers);
      replay(bootstrapServers, state);
    } catch (ExecutionException | IOException e) {
      throw new EmbeddedException(
          "the registry's topic " + TOPIC + " cannot be read: " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new EmbeddedException("interrupted while reading the registry's topic", e);
    }
    return new RegistryLog(
        new KafkaProducer<>(
            Map.of(
                "bootstrap.servers", bootstrapServers,
                "client.id", "millrace-registry",
                "request.timeout.ms", WRITE_TIMEOUT_MS / 2,
                "delivery.timeout.ms", WRITE_TIMEOUT_MS,
                "max.block.ms", WRITE_TIMEOUT_MS),
            new ByteArraySerializer(),
            new ByteArraySerializer()));
  }

  /** Returns when the broker has it. */
  void append(RegistryState.Version version) {
    ObjectNode key = key("SCHEMA", version.subject()).put("version", version.version());
    ObjectNode value =
        JSON.createObjectNode()
            .put("subject", version.subject())
            .put("version", version.version())
            .put("id", version.id())
            .put("schema", version.text())
            .put("deleted", false);
    append(key.put("magic", 1), value);
  }

  /** Returns when the broker has it. A null subject is the level of all without their own. */
  void append(String subject, CompatibilityLevel level) {
    append(
        key("CONFIG", subject).put("magic", 0),
        JSON.createObjectNode().put("compatibilityLevel", level.name()));
  }

  @Override
  public void close() {
    producer.close(Duration.ZERO); // every append was waited for
  }

  private static ObjectNode key(String type, String subject) {
    return JSON.createObjectNode().put("keytype", type).put("subject", subject);
  }

  private void append(ObjectNode key, ObjectNode value) {
    try {
      producer
          .send(new ProducerRecord<>(TOPIC, 0, bytes(key), bytes(value)))
          .get(WRITE_TIMEOUT_MS, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new EmbeddedException("interrupted while writing to the registry's topic", e);
    } catch (Exception e) {
      throw new EmbeddedException("the registry's topic cannot be written: " + e.getMessage(), e);
    }
  }

  private static byte[] bytes(JsonNode node) throws IOException {
    return JSON.writeValueAsBytes(node);
  }

  private static void createTopic(String bootstrapServers)
      throws ExecutionException, InterruptedException {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers))) {
      NewTopic topic =
          new NewTopic(TOPIC, 1, (short) 1).configs(Map.of("cleanup.policy", "compact"));
      admin.createTopics(List.of(topic)).all().get();
    } catch (ExecutionException e) {
      if (!(e.getCause() instanceof TopicExistsException)) {
        throw e;
      }
    }
  }

  private static void replay(String bootstrapServers, RegistryState state) throws IOException {
    Map<String, Object> config =
        Map.of("bootstrap.servers", bootstrapServers, "enable.auto.commit", false);
    try (var consumer =
        new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      consumer.assign(List.of(PARTITION));
      consumer.seekToBeginning(List.of(PARTITION));
      long end = consumer.endOffsets(List.of(PARTITION)).get(PARTITION);
      while (consumer.position(PARTITION) < end) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
          apply(record, state);
        }
      }
    }
  }

  private static void apply(ConsumerRecord<byte[], byte[]> record, RegistryState state)
      throws IOException {
    JsonNode key = JSON.readTree(record.key());
    JsonNode value = JSON.readTree(record.value());
    String subject = key.path("subject").textValue();
    switch (key.path("keytype").asText()) {
      case "SCHEMA" -> {
        Schema schema = new Schema.Parser().parse(value.path("schema").asText());
        state.add(
            new RegistryState.Version(
                subject,
                value.path("version").asInt(),
                value.path("id").asInt(),
                schema,
                schema.toString()));
      }
      case "CONFIG" ->
          state.setLevel(
              subject, CompatibilityLevel.valueOf(value.path("compatibilityLevel").asText()));
      default ->
          throw new EmbeddedException(
              "topic %s holds what this registry did not write, offset=%d: use another directory"
                  .formatted(TOPIC, record.offset()));
    }
  }
}
