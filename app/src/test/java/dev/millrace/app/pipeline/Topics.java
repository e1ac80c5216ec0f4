package dev.millrace.app.pipeline;

import static org.awaitility.Awaitility.await;

import dev.millrace.app.embedded.LocalCluster;
import dev.millrace.schemas.Metrics;
import dev.millrace.topology.config.Pipeline;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListTransactionsOptions;
import org.apache.kafka.clients.admin.TransactionState;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** What stands committed on the first partitions of a broker's topics. */
public final class Topics {
  private static final Duration PATIENCE = Duration.ofSeconds(90);

  /**
   * For brokers of events that are long past: otherwise Kafka deletes them, by their own time, at
   * its first look half a minute after its start.
   */
  public static final Map<String, String> KEPT = Map.of("log.retention.ms", "-1");

  private Topics() {}

  /** A consumer of one partition from its beginning. */
  static KafkaConsumer<byte[], byte[]> consumer(
      String bootstrapServers, String topic, String isolation) {
    KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(
            Map.of("bootstrap.servers", bootstrapServers, "isolation.level", isolation),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer());
    TopicPartition partition = new TopicPartition(topic, 0);
    consumer.assign(List.of(partition));
    consumer.seekToBeginning(List.of(partition));
    return consumer;
  }

  /** A consumer that knows a group and has not joined it. */
  static KafkaConsumer<byte[], byte[]> member(LocalCluster cluster, String group) {
    return new KafkaConsumer<>(
        Map.of("bootstrap.servers", cluster.bootstrapServers(), "group.id", group),
        new ByteArrayDeserializer(),
        new ByteArrayDeserializer());
  }

  public static List<ConsumerRecord<byte[], byte[]>> committed(LocalCluster cluster, String topic) {
    return committed(cluster.bootstrapServers(), topic);
  }

  /**
   * Every record of a transaction whose commit was decided before the call: Kafka writes the
   * markers of one transaction partition by partition, so that a group's offset may show a commit
   * that the topic does not yet.
   */
  static List<ConsumerRecord<byte[], byte[]>> committed(String bootstrapServers, String topic) {
    awaitMarkers(bootstrapServers);
    List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
    try (var consumer = consumer(bootstrapServers, topic, "read_committed")) {
      TopicPartition partition = new TopicPartition(topic, 0);
      long end = consumer.endOffsets(List.of(partition)).get(partition);
      while (consumer.position(partition) < end) {
        consumer.poll(Duration.ofMillis(100)).forEach(records::add);
      }
    }
    return records;
  }

  private static void awaitMarkers(String bootstrapServers) {
    var deciding =
        new ListTransactionsOptions().filterStates(List.of(TransactionState.PREPARE_COMMIT));
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers))) {
      await()
          .atMost(PATIENCE)
          .pollDelay(Duration.ZERO)
          .pollInterval(Duration.ofMillis(10))
          .until(() -> admin.listTransactions(deciding).all().get().isEmpty());
    }
  }

  public static Metrics lastMetrics(LocalCluster cluster, String topic) {
    return Metrics.decode(committed(cluster, topic).getLast().value());
  }

  /** The offset that a group goes on from; -1 if there is none. */
  static long committedOffset(Admin admin, String group, String topic) throws Exception {
    OffsetAndMetadata offset =
        admin
            .listConsumerGroupOffsets(group)
            .partitionsToOffsetAndMetadata()
            .get()
            .get(new TopicPartition(topic, 0));
    return offset == null ? -1 : offset.offset();
  }

  /** Waits until a pipeline has committed its input up to the offset. */
  static void awaitCommitted(LocalCluster cluster, String group, String topic, long offset) {
    try (Admin admin = admin(cluster)) {
      await().atMost(PATIENCE).until(() -> committedOffset(admin, group, topic) == offset);
    }
  }

  /** Waits until a pipeline's metrics tell of every record that its input now has. */
  public static Metrics awaitRead(LocalCluster cluster, Pipeline pipeline) {
    int records = committed(cluster, pipeline.input().topic()).size();
    String metrics = pipeline.outputs().metrics();
    return await()
        .atMost(PATIENCE)
        .until(
            () -> committed(cluster, metrics),
            said -> !said.isEmpty() && Metrics.decode(said.getLast().value()).read() == records)
        .stream()
        .map(record -> Metrics.decode(record.value()))
        .toList()
        .getLast();
  }

  public static Admin admin(LocalCluster cluster) {
    return Admin.create(Map.of("bootstrap.servers", cluster.bootstrapServers()));
  }

  /** The text of a header, null if there is none. */
  public static String header(ConsumerRecord<byte[], byte[]> record, String name) {
    Header header = record.headers().lastHeader(name);
    return header == null ? null : new String(header.value(), StandardCharsets.UTF_8);
  }
}
