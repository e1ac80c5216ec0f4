package dev.millrace.app.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.app.embedded.EmbeddedKafka;
import dev.millrace.app.embedded.EmbeddedRegistry;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Passwords of the pipeline file are used, and found nowhere afterwards. */
class SecretsTest {
  private static final String FROM_ENVIRONMENT = "s3cret-of-the-environment";
  private static final String FROM_FILE = "s3cret-of-a-file";

  @TempDir Path dir;

  @Test
  void shouldTellNoPasswordInAnyOutputAnyTopicOrAnyFileOfTheState() throws Exception {
    Files.writeString(dir.resolve("password.txt"), FROM_FILE);
    Files.writeString(dir.resolve("rows.csv"), rows());
    try (EmbeddedKafka kafka = EmbeddedKafka.start(dir.resolve("kafka"), 0, Map.of());
        EmbeddedRegistry registry =
            EmbeddedRegistry.start(
                kafka.bootstrapServers(), 0, new EmbeddedRegistry.Login("ada", FROM_FILE))) {
      Path file = pipeline(kafka.bootstrapServers(), registry.url());
      List<String> said = new ArrayList<>();
      for (String command : List.of("validate --connect", "produce --data rows.csv", "run")) {
        said.add(run(command, file));
      }
      Path unreachable = pipeline("127.0.0.1:1", registry.url().replaceAll("[0-9]+$", "1"));
      for (String command : List.of("validate --connect", "run", "tail -n 1")) {
        said.add(run(command + " --verbose", unreachable));
      }
      assertThat(said).noneMatch(SecretsTest::tells);
      assertThat(said.get(2)).as("it has run").contains("stopped; the next run goes on from here");
      assertThat(records(kafka.bootstrapServers()))
          .isNotEmpty()
          .noneMatch(record -> tells(text(record.key())) || tells(text(record.value())));
    }
    try (Stream<Path> state = Files.walk(dir.resolve("state"))) {
      assertThat(state.filter(Files::isRegularFile))
          .isNotEmpty()
          .noneMatch(path -> tells(text(bytes(path))));
    }
  }

  private static boolean tells(String text) {
    return text.contains(FROM_ENVIRONMENT) || text.contains(FROM_FILE);
  }

  private static String text(byte[] bytes) {
    return bytes == null ? "" : new String(bytes, StandardCharsets.ISO_8859_1);
  }

  private static byte[] bytes(Path path) {
    try {
      return Files.readAllBytes(path);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static String rows() {
    StringBuilder rows = new StringBuilder("x,y\n");
    for (int i = 0; i < 200; i++) {
      rows.append(i % 7).append(',').append(i % 2 == 0 ? "a" : "b").append('\n');
    }
    return rows.toString();
  }

  /** Kafka ignores the login, as its listener asks for none; its clients log it if they may. */
  private Path pipeline(String brokers, String registry) throws IOException {
    return Files.writeString(
        Files.createTempFile(dir, "p", ".yaml"),
        """
        name: secretive
        input: {topic: rows, features: [{name: x, type: numeric}]}
        label: {field: y, classes: [a, b]}
        snapshots: {every: 10 steps}
        kafka:
          bootstrap.servers: "%s"
          commit.interval.ms: 200
          sasl.jaas.config: 'a.b.PlainLoginModule required username="u" password="${env:SECRET}";'
          ssl.keystore.password: "${env:SECRET}"
          producer.ssl.key.password: "${env:SECRET}"
        registry:
          schema.registry.url: "%s"
          basic.auth.credentials.source: USER_INFO
          basic.auth.user.info: "ada:${file:password.txt}"
        """
            .formatted(brokers, registry));
  }

  /** What a command says with all loggers open; {@code run} is stopped once it has learned. */
  private String run(String command, Path file) throws Exception {
    List<String> line = new ArrayList<>();
    line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    line.addAll(
        List.of(
            "-Xmx256m",
            "--add-modules=jdk.incubator.vector",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-cp",
            System.getProperty("java.class.path"),
            "dev.millrace.app.Main"));
    List<String> words = List.of(command.split(" "));
    line.add(words.getFirst());
    line.add(file.toString());
    line.addAll(words.subList(1, words.size()));
    if (command.startsWith("run")) {
      line.addAll(List.of("--state-dir", "state", "--allow-temporary-state"));
    }
    Path said = dir.resolve("said.txt");
    ProcessBuilder builder =
        new ProcessBuilder(line)
            .directory(dir.toFile())
            .redirectErrorStream(true)
            .redirectOutput(said.toFile());
    builder.environment().put("SECRET", FROM_ENVIRONMENT);
    builder.environment().put("MILLRACE_KAFKA_LOG", "debug");
    Process process = builder.start();
    if (command.equals("run")) {
      waitForSnapshots(process);
      process.destroy();
    }
    assertThat(process.waitFor(90, TimeUnit.SECONDS)).as(command).isTrue();
    return Files.readString(said);
  }

  private void waitForSnapshots(Process process) throws Exception {
    long deadline = System.nanoTime() + Duration.ofSeconds(90).toNanos();
    while (process.isAlive() && System.nanoTime() < deadline) {
      if (Files.readString(dir.resolve("said.txt")).contains("secretive.snapshots-0")) {
        Thread.sleep(2_000); // some commits more
        return;
      }
      Thread.sleep(200);
    }
  }

  private static List<ConsumerRecord<byte[], byte[]>> records(String brokers) throws Exception {
    List<ConsumerRecord<byte[], byte[]>> all = new ArrayList<>();
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", brokers));
        KafkaConsumer<byte[], byte[]> consumer =
            new KafkaConsumer<>(
                Map.of("bootstrap.servers", brokers),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer())) {
      List<TopicPartition> partitions =
          admin.listTopics().names().get().stream()
              .flatMap(topic -> consumer.partitionsFor(topic).stream())
              .map(p -> new TopicPartition(p.topic(), p.partition()))
              .toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      while (partitions.stream().anyMatch(p -> consumer.position(p) < ends.get(p))) {
        consumer.poll(Duration.ofMillis(200)).forEach(all::add);
      }
    }
    return all;
  }
}
