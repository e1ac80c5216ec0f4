package dev.millrace.app.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.app.Main;
import dev.millrace.app.embedded.LocalCluster;
import dev.millrace.schemas.SnapshotBlock;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProduceAndTailTest {
  @TempDir private static Path folder;
  private static LocalCluster cluster;
  private static Path pipeline;

  @BeforeAll
  static void start() throws IOException {
    cluster = LocalCluster.start(folder.resolve("cluster"));
    pipeline = folder.resolve("p.yaml");
    Files.writeString(
        pipeline,
        """
        input: {topic: rows, key: id, features: [{name: x, type: numeric}]}
        label: {field: y, classes: [a, b]}
        kafka: {bootstrap.servers: "%s"}
        registry: {schema.registry.url: "%s"}
        """
            .formatted(cluster.bootstrapServers(), cluster.registryUrl()));
    StringBuilder rows = new StringBuilder("id,x,y\n");
    for (int i = 0; i < 50; i++) {
      rows.append("k%d,%d.5,%s\n".formatted(i, i, i % 2 == 0 ? "a" : "b"));
    }
    Files.writeString(folder.resolve("rows.csv"), rows);
  }

  @AfterAll
  static void stop() {
    cluster.close();
  }

  private static String run(int expected, Object... args) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    String[] words = new String[args.length];
    for (int i = 0; i < args.length; i++) {
      words[i] = args[i].toString();
    }
    int code = Main.run(new PrintWriter(out), new PrintWriter(err, true), words);
    assertThat(code).as(err.toString()).isEqualTo(expected);
    return expected == 0 ? out.toString() : err.toString();
  }

  @Test
  void shouldShowWhatWasProducedAndFindItValid() throws IOException {
    assertThat(run(1, "validate", pipeline, "--connect")).isEmpty();
    run(0, "produce", pipeline, "--data", folder.resolve("rows.csv"), "--rate", "1000");
    assertThat(run(0, "validate", pipeline, "--connect"))
        .contains(
            "ok    topic rows: 1 partition(s)",
            "ok    schema rows-value: version 1",
            "ok    fields: have the types that the pipeline needs");
    assertThat(run(0, "tail", pipeline, "-n", "2"))
        .isEqualTo(
            "0:48  k48  {\"id\":\"k48\",\"x\":48.5,\"y\":\"a\"}\n"
                + "0:49  k49  {\"id\":\"k49\",\"x\":49.5,\"y\":\"b\"}\n");
    String first =
        run(
            0,
            "tail",
            "rows",
            "--from-beginning",
            "-n",
            "1",
            "-o",
            "json",
            "--bootstrap-server",
            cluster.bootstrapServers(),
            "--registry",
            cluster.registryUrl());
    JsonNode json = new ObjectMapper().readTree(first);
    assertThat(json.get("offset").asInt()).isZero();
    assertThat(json.get("key").asText()).isEqualTo("k0");
    assertThat(json.get("value").get("x").asDouble()).isEqualTo(0.5);
  }

  @Test
  void shouldProduceEveryColumnWithoutAPipelineUpToTheLimit() {
    Object[] servers = {
      "--bootstrap-server", cluster.bootstrapServers(), "--registry", cluster.registryUrl()
    };
    run(
        0,
        "produce",
        "--topic",
        "other",
        "--data",
        folder.resolve("rows.csv"),
        "--limit",
        "7",
        servers[0],
        servers[1],
        servers[2],
        servers[3]);
    assertThat(
            run(0, "tail", "other", "-n", "100", servers[0], servers[1], servers[2], servers[3])
                .lines())
        .hasSize(7)
        .first()
        .isEqualTo("0:0  {\"id\":\"k0\",\"x\":0.5,\"y\":\"a\"}");
  }

  @Test
  void shouldSayThatATopicToReadDoesNotExist() {
    assertThat(
            run(
                1,
                "tail",
                "nowhere",
                "-n",
                "1",
                "--bootstrap-server",
                cluster.bootstrapServers(),
                "--registry",
                cluster.registryUrl()))
        .isEqualTo(
            "millrace: there is no topic 'nowhere'. Produce to it first, or check its name.\n");
  }

  private static Object[] tail(String topic, String... more) {
    List<Object> args = new ArrayList<>(List.of("tail", topic));
    args.addAll(List.of(more));
    return with(args);
  }

  /** The arguments and where the cluster is. */
  private static Object[] with(List<?> command) {
    List<Object> args = new ArrayList<>(command);
    args.addAll(List.of("--bootstrap-server", cluster.bootstrapServers()));
    args.addAll(List.of("--registry", cluster.registryUrl()));
    return args.toArray();
  }

  @Test
  void shouldNameATopicThatIsNearlyTheOneAsked() {
    cluster.createTopics(List.of(new NewTopic("electricity", 1, (short) 1)));
    assertThat(run(1, tail("electrcity", "-n", "1")))
        .isEqualTo(
            "millrace: there is no topic 'electrcity'; did you mean 'electricity'? Produce to it"
                + " first, or check its name.\n");
  }

  @Test
  void shouldFindALabelOfTheWrongTypeBeforeARun() throws IOException {
    run(0, "produce", pipeline, "--data", folder.resolve("rows.csv"));
    Path wrong = folder.resolve("wrong.yaml");
    Files.writeString(
        wrong,
        Files.readString(pipeline)
            .replace("name: x, type: numeric", "name: x, type: vector, size: 3"));
    run(1, "validate", wrong, "--connect");
  }

  private static Object[] init(String... args) {
    List<Object> all = new ArrayList<>(List.of("init", "--registry", cluster.registryUrl()));
    all.addAll(List.of(args));
    return all.toArray();
  }

  @Test
  void shouldDraftAPipelineFromASubjectThatIsValidAsItIs() throws IOException {
    Path rows = folder.resolve("rows.csv");
    run(0, with(List.of("produce", "--topic", "Drafted", "--data", rows)));
    Path schema = folder.resolve("drafted.avsc");
    String yaml =
        run(
            0,
            init(
                "--subject",
                "Drafted-value",
                "--label",
                "y",
                "--classes",
                "a,b",
                "--bootstrap-server",
                cluster.bootstrapServers(),
                "--schema-out",
                schema.toString()));
    Path drafted = Files.writeString(folder.resolve("drafted.yaml"), yaml);
    assertThat(run(0, "validate", drafted, "--connect"))
        .contains("ok    fields: have the types that the pipeline needs")
        .doesNotContain("FAIL");
    assertThat(new Schema.Parser().parse(Files.readString(schema)).getFields()).hasSize(3);
    String regression = run(0, init("--topic", "Drafted", "--label", "x", "--name", "other"));
    assertThat(regression)
        .startsWith("# A pipeline for subject Drafted-value, version 1: 3 fields.")
        .contains(
            "name: other\n",
            "  topic: Drafted\n",
            "    - {name: id, type: hashed, buckets: 256}  # string: hashed\n")
        .doesNotContain("classes:", "kafka:");
  }

  @Test
  void shouldSayWhatElseThereIsWhenASubjectIsNot() {
    run(0, with(List.of("produce", "--topic", "sensors", "--data", folder.resolve("rows.csv"))));
    String wayOut = " Produce an event first, or check its name.\n";
    assertThat(run(1, init("--topic", "sensros", "--label", "y")))
        .isEqualTo(
            "millrace: the registry has no subject 'sensros-value'; did you mean 'sensors-value'?"
                + wayOut);
    assertThat(run(1, init("--subject", "sensors", "--topic", "t", "--label", "y")))
        .isEqualTo(
            "millrace: the registry has no subject 'sensors'; did you mean 'sensors-value'?"
                + wayOut);
    assertThat(run(1, init("--topic", "somethingelse", "--label", "y")))
        .startsWith("millrace: the registry has no subject 'somethingelse-value'; it has ")
        .contains("sensors-value")
        .endsWith("." + wayOut);
    assertThat(run(1, init("--topic", "sensors", "--label", "yy")))
        .isEqualTo(
            "millrace: 'yy' is no field of subject 'sensors-value'; did you mean 'y'? Its fields:"
                + " id, x, y.\n");
  }

  @Test
  void shouldShowWhyAnEventIsADeadLetter() throws IOException {
    cluster.createTopics(List.of(new NewTopic("dead", 1, (short) 1)));
    ProducerRecord<byte[], byte[]> letter =
        new ProducerRecord<>("dead", "k".getBytes(UTF_8), "no \"avro\"".getBytes(UTF_8));
    letter.headers().add("__streams.errors.message", "first byte is 0x6e".getBytes(UTF_8));
    letter.headers().add("__streams.errors.stacktrace", "at x".getBytes(UTF_8));
    letter.headers().add("millrace.reason", "not_wire_format".getBytes(UTF_8));
    try (var producer =
        new KafkaProducer<>(
            Map.<String, Object>of("bootstrap.servers", cluster.bootstrapServers()),
            new ByteArraySerializer(),
            new ByteArraySerializer())) {
      producer.send(letter);
    }
    assertThat(run(0, tail("dead", "-n", "1")))
        .startsWith("0:0  k  not_wire_format (first byte is 0x6e)  (not decoded: ");
    JsonNode json = new ObjectMapper().readTree(run(0, tail("dead", "-n", "1", "-o", "json")));
    assertThat(json.get("headers").get("millrace.reason").asText()).isEqualTo("not_wire_format");
    assertThat(json.get("headers").has("__streams.errors.stacktrace")).isFalse();
    assertThat(json.get("error").asText()).contains("0x6e");
  }

  @Test
  void shouldShortenLongBytesForPeopleOnly() {
    Schema schema = SnapshotBlock.SCHEMA;
    byte[] block = new SnapshotBlock("m", 1, "b/0", new byte[1000]).encode(1);
    assertThat(AvroJson.text(schema, block, 24)).contains("… (1000 bytes)").hasSizeLessThan(200);
    assertThat(AvroJson.text(schema, block, Integer.MAX_VALUE)).hasSizeGreaterThan(1000);
  }
}
