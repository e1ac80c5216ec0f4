package dev.millrace.app.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.app.Main;
import dev.millrace.app.cli.DeadLetterReplay.Choice;
import dev.millrace.app.embedded.LocalCluster;
import dev.millrace.app.pipeline.Topics;
import dev.millrace.engine.kernel.KernelChoice;
import dev.millrace.schemas.Metrics;
import dev.millrace.schemas.registry.ConfluentSchemaRegistry;
import dev.millrace.schemas.registry.SchemaRegistry;
import dev.millrace.schemas.wire.FrameEncoder;
import dev.millrace.topology.PipelineRunner;
import dev.millrace.topology.config.Pipeline;
import dev.millrace.topology.config.PipelineParser;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Dead letters that a pipeline wrote, put back by the command, through a real broker. */
class ReplayDeadLettersTest {
  private static final String INPUT = "events";
  private static final String LETTERS = "again.dead-letters";
  private static final long NOON = 1_700_000_000_000L;
  private static final Schema FIRST =
      SchemaBuilder.record("E").fields().requiredDouble("x").requiredBoolean("y").endRecord();
  private static final Schema SECOND =
      SchemaBuilder.record("E").fields().requiredBoolean("y").requiredDouble("x").endRecord();

  @TempDir Path dir;
  private LocalCluster cluster;
  private SchemaRegistry registry;
  private Pipeline pipeline;
  private Path file;
  private int first;
  private long sent;

  @BeforeEach
  void start() throws IOException {
    cluster = LocalCluster.start(dir.resolve("cluster"), 0, 0, Topics.KEPT);
    registry = new ConfluentSchemaRegistry(Map.of("schema.registry.url", cluster.registryUrl()));
    String large = Integer.toString(4 << 20);
    cluster.createTopics(
        List.of(new NewTopic(INPUT, 1, (short) 1).configs(Map.of("max.message.bytes", large))));
    first = registry.register(INPUT + "-value", FIRST);
    String yaml =
        """
        name: again
        input: {topic: events}
        label: {field: y}
        kafka: {bootstrap.servers: "%s", commit.interval.ms: 200}
        registry: {schema.registry.url: "%s"}
        """
            .formatted(cluster.bootstrapServers(), cluster.registryUrl());
    file = Files.writeString(dir.resolve("again.yaml"), yaml);
    pipeline = PipelineParser.parse(file);
  }

  @AfterEach
  void stop() {
    registry.close();
    cluster.close();
  }

  private void send(String key, byte[] value) {
    Map<String, Object> config =
        Map.of("bootstrap.servers", cluster.bootstrapServers(), "max.request.size", 4 << 20);
    try (var producer =
        new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer())) {
      byte[] bytes = key == null ? null : key.getBytes(StandardCharsets.UTF_8);
      ProducerRecord<byte[], byte[]> record =
          new ProducerRecord<>(INPUT, 0, NOON + sent, bytes, value);
      record.headers().add("trace", new byte[] {(byte) sent});
      producer.send(record);
      sent++;
    }
  }

  private byte[] event(int id, boolean second) {
    FrameEncoder out = new FrameEncoder(id, 16);
    if (second) {
      out.writeBoolean(true);
    }
    out.writeDouble(0.5);
    if (!second) {
      out.writeBoolean(true);
    }
    return out.frame();
  }

  /** Lets the pipeline read all that there is, and returns how it then stands. */
  private Metrics learn() {
    try (PipelineRunner runner =
        PipelineRunner.start(
            pipeline,
            dir.resolve("state"),
            KernelChoice.select(KernelChoice.Mode.AUTO).kernels(),
            registry,
            InstantSource.system())) {
      Metrics metrics = Topics.awaitRead(cluster, pipeline);
      assertThat(runner.failure()).isEmpty();
      return metrics;
    }
  }

  private JsonNode replay(String... options) throws IOException {
    return new ObjectMapper().readTree(run(0, join(options, "-o", "json")));
  }

  private static String[] join(String[] some, String... more) {
    String[] all = Arrays.copyOf(some, some.length + more.length);
    System.arraycopy(more, 0, all, some.length, more.length);
    return all;
  }

  private String run(int expected, String... options) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    String[] words = join(new String[] {"replay-dead-letters", file.toString()}, options);
    int code = Main.run(new PrintWriter(out), new PrintWriter(err, true), words);
    assertThat(code).as(err.toString()).isEqualTo(expected);
    return expected == 0 ? out.toString() : err.toString();
  }

  private List<ConsumerRecord<byte[], byte[]>> input() {
    return Topics.committed(cluster, INPUT);
  }

  @Test
  void shouldPutBackWhatWasMendedAndLeaveTheRest() throws Exception {
    send(null, event(first, false));
    int next = first + 7; // the pipeline registers the six schemas of its outputs first
    send("k", event(next, true));
    send(null, event(next, true));
    send(null, Arrays.copyOf(event(first, false), 9));
    send(null, Arrays.copyOf(event(first, false), 2 << 20));
    send(null, event(first, false));
    assertThat(learn().deadLetters())
        .isEqualTo(Map.of("unknown_schema", 2L, "truncated", 1L, "trailing_bytes", 1L));

    JsonNode look = replay("--dry-run");
    assertThat(look.get("dry_run").asBoolean()).isTrue();
    assertThat(look.get("replayed").asInt()).isEqualTo(3);
    assertThat(look.get("cut").asInt()).isEqualTo(1);
    assertThat(look.get("reasons").get("unknown_schema").get("replayed").asInt()).isEqualTo(2);
    assertThat(input()).as("nothing was changed").hasSize(6);

    assertThat(registry.register("mended", SECOND)).isEqualTo(next);
    assertThat(run(0, "--reason", "unknown_schema"))
        .contains("unknown_schema          2  put back\n")
        .contains("truncated               1  left, being of another reason\n")
        .endsWith("2 dead letters put back on events\n");
    List<ConsumerRecord<byte[], byte[]>> events = input();
    assertThat(events).hasSize(8);
    ConsumerRecord<byte[], byte[]> back = events.get(6);
    assertThat(back.key()).isEqualTo(events.get(1).key());
    assertThat(back.value()).isEqualTo(events.get(1).value());
    assertThat(back.timestamp()).isEqualTo(NOON + 1);
    assertThat(back.headers().toArray()).hasSize(2);
    assertThat(back.headers().lastHeader("trace").value()).containsExactly(1);
    assertThat(Topics.header(back, "millrace.replayed")).isEqualTo("0:1");
    assertThat(learn().learned()).as("with those put back").isEqualTo(4);

    JsonNode rest = replay();
    assertThat(rest.get("reasons").has("unknown_schema")).as("done before").isFalse();
    assertThat(rest.get("replayed").asInt()).isEqualTo(1);
    assertThat(rest.get("cut").asInt()).isEqualTo(1);
    assertThat(learn().deadLetters()).containsEntry("truncated", 2L);
    ConsumerRecord<byte[], byte[]> failed = Topics.committed(cluster, LETTERS).getLast();
    assertThat(Topics.header(failed, "millrace.replayed")).isEqualTo("0:3");
    assertThat(Topics.header(failed, "__streams.errors.offset"))
        .as("a transaction ends with a marker, which takes an offset too")
        .isEqualTo("9");

    JsonNode left = replay();
    assertThat(left.get("replayed").asInt()).isZero();
    assertThat(left.get("failed_again").asInt()).isEqualTo(1);
    assertThat(replay("--again").get("replayed").asInt()).isEqualTo(1);
    assertThat(Topics.header(input().getLast(), "millrace.replayed")).isEqualTo("0:3");
    assertThat(replay("--again").get("replayed").asInt()).isZero();
  }

  /** A run may end anywhere: between transactions, at its limit, or in the middle of one. */
  @Test
  void shouldNeitherLoseNorDoubleALetterWhereverARunEnds() throws Exception {
    send(null, event(first, false));
    for (int i = 0; i < 40; i++) {
      send("k" + i, new byte[i == 37 ? 3_000 : 2]); // 0, 0 is no frame; longer, an unknown id
    }
    assertThat(learn().deadLettered()).isEqualTo(40);
    assertThat(replay("--limit", "3").get("replayed").asInt()).isEqualTo(3);
    Choice all = new Choice(Optional.empty(), false, OptionalLong.empty());
    int[] polls = {0};
    try (DeadLetterReplay stopped = new DeadLetterReplay(pipeline, pipeline.kafka(), 4)) {
      stopped.run(all, () -> ++polls[0] > 3, (read, of) -> {});
    }
    int until = input().size();
    assertThat(until).isBetween(41 + 3 + 1, 41 + 39);
    maxMessageBytes("1000"); // so that the letter of 3,000 bytes breaks its transaction
    assertThat(run(1)).startsWith("millrace: a record is too large for the topic");
    assertThat(input()).as("an aborted transaction is not read").hasSize(until);
    maxMessageBytes("4000");
    assertThat(replay().get("replayed").asInt()).isEqualTo(41 + 40 - until);
    assertThat(input().stream().skip(41).map(event -> Topics.header(event, "millrace.replayed")))
        .containsExactlyElementsOf(IntStream.rangeClosed(1, 40).mapToObj(i -> "0:" + i).toList());
    assertThat(replay().get("replayed").asInt()).isZero();
  }

  private void maxMessageBytes(String bytes) throws Exception {
    ConfigEntry entry = new ConfigEntry("max.message.bytes", bytes);
    try (Admin admin = Topics.admin(cluster)) {
      admin
          .incrementalAlterConfigs(
              Map.of(
                  new ConfigResource(ConfigResource.Type.TOPIC, INPUT),
                  List.of(new AlterConfigOp(entry, AlterConfigOp.OpType.SET))))
          .all()
          .get();
    }
  }

  @Test
  void shouldSayWhatIsWrong() {
    assertThat(run(1)).startsWith("millrace: there is no topic 'again.dead-letters'. Run the");
    assertThat(run(2, "--reason", "truncate"))
        .contains("--reason is 'truncate'; expected one of empty, ")
        .contains("did you mean 'truncated'?");
    assertThat(run(2, "--limit", "0")).contains("--limit must be at least 1");
  }
}
