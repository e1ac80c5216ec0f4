package dev.millrace.app.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.schemas.MillraceSchemas;
import dev.millrace.schemas.registry.ConfluentSchemaRegistry;
import dev.millrace.schemas.registry.SchemaRegistry;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

@Isolated("counts the threads of Kafka")
class LocalClusterTest {
  private static final NewTopic EVENTS = new NewTopic("events", 1, (short) 1);
  private static final String SUBJECT = "events-value";

  @TempDir Path dir;

  @Test
  void shouldKeepDataTopicsAndSchemaIdsOverARestartOnOtherPorts() throws Exception {
    int metricsId;
    int predictionId;
    String firstUrl;
    try (LocalCluster cluster = LocalCluster.start(dir)) {
      firstUrl = cluster.registryUrl();
      cluster.createTopics(List.of(EVENTS));
      send(cluster, "one", "none");
      try (SchemaRegistry registry = registry(cluster)) {
        metricsId = registry.register("m-value", MillraceSchemas.METRICS);
        predictionId = registry.register(SUBJECT, MillraceSchemas.PREDICTION);
      }
    }
    try (LocalCluster cluster = LocalCluster.start(dir)) {
      assertThat(cluster.registryUrl()).isNotEqualTo(firstUrl);
      cluster.createTopics(List.of(EVENTS)); // is there already
      send(cluster, "two", "none");
      assertThat(values(cluster, 2)).containsExactly("one", "two");
      try (SchemaRegistry registry = registry(cluster)) {
        assertThat(registry.schemaById(metricsId)).isEqualTo(MillraceSchemas.METRICS);
        assertThat(registry.latest(SUBJECT).orElseThrow().id()).isEqualTo(predictionId);
        assertThat(registry.register(SUBJECT, MillraceSchemas.PREDICTION)).isEqualTo(predictionId);
        assertThat(registry.register("b-value", MillraceSchemas.SNAPSHOT_BLOCK))
            .isGreaterThan(Math.max(metricsId, predictionId));
      }
    }
  }

  @Test
  void shouldRunTransactionsVersionTwoAndEveryCompression() throws Exception {
    try (LocalCluster cluster = LocalCluster.start(dir)) {
      try (Admin admin = Admin.create(Map.of("bootstrap.servers", cluster.bootstrapServers()))) {
        var features = admin.describeFeatures().featureMetadata().get().finalizedFeatures();
        assertThat(features.get("transaction.version").maxVersionLevel()).isEqualTo((short) 2);
      }
      cluster.createTopics(List.of(EVENTS));
      // the registry client's jar brings older copies of these libraries: ours must still load
      for (String compression : List.of("gzip", "snappy", "lz4", "zstd")) {
        send(cluster, compression, compression);
      }
      assertThat(values(cluster, 4)).containsExactly("gzip", "snappy", "lz4", "zstd");
    }
  }

  @Test
  void shouldNameAPortInUseAndLeaveNothingBehind() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, Loopback.address())) {
      int port = taken.getLocalPort();
      assertThatThrownBy(() -> LocalCluster.start(dir, port, 0, Map.of()))
          .isInstanceOf(EmbeddedException.class)
          .hasMessageContaining("port " + port)
          .hasMessageContaining("choose another port");
      assertThatThrownBy(() -> LocalCluster.start(dir, 0, port, Map.of()))
          .isInstanceOf(EmbeddedException.class)
          .hasMessageContaining("port " + port);
      assertThatThrownBy(() -> EmbeddedKafka.start(dir, port, Map.of()))
          .isInstanceOf(EmbeddedException.class)
          .hasMessageContaining("port " + port);
    }
    assertThat(contents(dir)).isEmpty();
  }

  @Test
  void shouldRefuseADirectoryInUseAndCloseTwice() {
    EmbeddedKafka first = EmbeddedKafka.start(dir, 0, Map.of());
    assertThatThrownBy(() -> EmbeddedKafka.start(dir, 0, Map.of()))
        .isInstanceOf(EmbeddedException.class)
        .hasMessageContaining(dir.toString())
        .hasMessageContaining("choose another directory");
    first.close();
    first.close();
    assertThat(kafkaThreads()).isEmpty();
    EmbeddedKafka.start(dir, 0, Map.of()).close();
  }

  @Test
  void shouldReleaseTheDirectoryWhenTheBrokerRefusesASetting() {
    assertThatThrownBy(() -> EmbeddedKafka.start(dir, 0, Map.of("num.io.threads", "none")))
        .isInstanceOf(EmbeddedException.class)
        .hasMessageContaining("num.io.threads");
    EmbeddedKafka.start(dir, 0, Map.of()).close();
  }

  @Test
  void shouldRefuseADirectoryThatIsAFile() throws IOException {
    Path file = Files.createFile(dir.resolve("file"));
    assertThatThrownBy(() -> EmbeddedKafka.start(file, 0, Map.of()))
        .isInstanceOf(EmbeddedException.class)
        .hasMessageContaining(file.toString());
  }

  private static SchemaRegistry registry(LocalCluster cluster) {
    return new ConfluentSchemaRegistry(Map.of("schema.registry.url", cluster.registryUrl()));
  }

  private static void send(LocalCluster cluster, String value, String compression)
      throws Exception {
    Map<String, Object> config =
        Map.of("bootstrap.servers", cluster.bootstrapServers(), "compression.type", compression);
    try (var producer =
        new KafkaProducer<>(config, new StringSerializer(), new StringSerializer())) {
      producer.send(new ProducerRecord<>(EVENTS.name(), value)).get();
    }
  }

  private static List<String> values(LocalCluster cluster, int count) {
    Map<String, Object> config = Map.of("bootstrap.servers", cluster.bootstrapServers());
    List<String> values = new ArrayList<>();
    try (var consumer =
        new KafkaConsumer<>(config, new StringDeserializer(), new StringDeserializer())) {
      List<TopicPartition> partitions = List.of(new TopicPartition(EVENTS.name(), 0));
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
      while (values.size() < count && System.nanoTime() < deadline) {
        consumer.poll(Duration.ofMillis(100)).forEach(r -> values.add(r.value()));
      }
    }
    return values;
  }

  private static List<String> kafkaThreads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(t -> !t.isDaemon() && t.getName().contains("kafka"))
        .map(Thread::getName)
        .toList();
  }

  private static List<Path> contents(Path dir) throws IOException {
    try (Stream<Path> files = Files.list(dir)) {
      return files.toList();
    }
  }
}
