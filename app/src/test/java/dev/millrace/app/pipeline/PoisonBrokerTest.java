package dev.millrace.app.pipeline;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.app.embedded.LocalCluster;
import dev.millrace.app.pipeline.Poisons.Poison;
import dev.millrace.app.pipeline.Reference.Said;
import dev.millrace.engine.kernel.KernelChoice;
import dev.millrace.schemas.Metrics;
import dev.millrace.schemas.Prediction;
import dev.millrace.schemas.registry.ConfluentSchemaRegistry;
import dev.millrace.schemas.registry.SchemaRegistry;
import dev.millrace.schemas.registry.Subjects;
import dev.millrace.topology.PipelineRunner;
import dev.millrace.topology.config.Pipeline;
import dev.millrace.topology.error.DeadLetter;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The poison corpus through a real broker, every poison between good neighbours. */
class PoisonBrokerTest {
  private static final String TOPIC = "poisoned";
  private static final String RECORD_BYTES_MAX = Integer.toString(12 << 20);

  @TempDir Path dir;

  @Test
  void shouldComeToTheirEndsEachOnceWithTheBytesTheReasonAndGoodNeighboursUntouched()
      throws Exception {
    try (LocalCluster cluster = LocalCluster.start(dir.resolve("cluster"), 0, 0, Topics.KEPT);
        SchemaRegistry registry =
            new ConfluentSchemaRegistry(Map.of("schema.registry.url", cluster.registryUrl()))) {
      Map<String, Integer> ids = register(registry);
      List<Poison> log = PoisonTest.interleaved(ids::get);
      send(cluster, log);
      assertThat(Topics.committed(cluster, TOPIC).stream().map(ConsumerRecord::timestamp))
          .as("the times that producers stated")
          .isEqualTo(log.stream().map(Poison::timestamp).toList());

      Pipeline pipeline =
          PoisonTest.pipeline(
              """
              kafka: {bootstrap.servers: "%s", commit.interval.ms: 200}
              registry: {schema.registry.url: "%s"}
              """
                  .formatted(cluster.bootstrapServers(), cluster.registryUrl()));
      try (PipelineRunner runner =
          PipelineRunner.start(
              pipeline,
              dir.resolve("state"),
              KernelChoice.select(KernelChoice.Mode.AUTO).kernels(),
              registry,
              InstantSource.system())) {
        Topics.awaitCommitted(cluster, "poison", TOPIC, log.size());
        assertThat(runner.failure()).isEmpty();
      }
      Ends reference = new Ends(pipeline, ids::get, log);
      SortedMap<Long, String> ends = predictions(cluster, pipeline, log, reference);
      deadLetters(cluster, pipeline, log)
          .forEach((offset, end) -> ends.merge(offset, end, (a, b) -> a + " and " + b));
      assertThat(ends).isEqualTo(reference.byOffset).hasSize(log.size());
      assertThatMetricsAgree(
          Topics.lastMetrics(cluster, pipeline.outputs().metrics()), log, reference);
    }
  }

  private static Map<String, Integer> register(SchemaRegistry registry) {
    Map<String, Integer> ids = new HashMap<>();
    PoisonSchemas.ALL.forEach(
        (name, schema) -> {
          String subject =
              name.equals(PoisonSchemas.GOOD) ? Subjects.value(TOPIC) : "poison-" + name;
          ids.put(name, registry.register(subject, schema));
        });
    return ids;
  }

  /** A topic and a producer that take what is large, and any time. */
  private static void send(LocalCluster cluster, List<Poison> log) {
    cluster.createTopics(
        List.of(
            new NewTopic(TOPIC, 1, (short) 1)
                .configs(
                    Map.of(
                        "max.message.bytes",
                        RECORD_BYTES_MAX,
                        "message.timestamp.after.max.ms",
                        Long.toString(Long.MAX_VALUE)))));
    try (var producer =
        new KafkaProducer<>(
            Map.<String, Object>of(
                "bootstrap.servers",
                cluster.bootstrapServers(),
                "max.request.size",
                RECORD_BYTES_MAX,
                "acks",
                "all"),
            new ByteArraySerializer(),
            new ByteArraySerializer())) {
      for (Poison poison : log) {
        ProducerRecord<byte[], byte[]> record = new At(poison);
        record.headers().add("trace", poison.name().getBytes(UTF_8));
        if (poison.headerBytes() > 0) {
          record.headers().add("large", new byte[poison.headerBytes()]);
        }
        producer.send(record);
      }
    }
  }

  /** A record with any time: Kafka's own refuses -1, which other clients send. */
  private static final class At extends ProducerRecord<byte[], byte[]> {
    private final long timestamp;

    At(Poison poison) {
      super(TOPIC, 0, poison.key(), poison.value());
      timestamp = poison.timestamp();
    }

    @Override
    public Long timestamp() {
      return timestamp;
    }
  }

  private static SortedMap<Long, String> predictions(
      LocalCluster cluster, Pipeline pipeline, List<Poison> log, Ends reference) {
    SortedMap<Long, String> ends = new TreeMap<>();
    SortedMap<Long, Said> said = new TreeMap<>();
    for (var record : Topics.committed(cluster, pipeline.outputs().predictions())) {
      Prediction prediction = Prediction.decode(record.value());
      Poison event = log.get((int) prediction.offset());
      String end = prediction.labelClass() == null ? Poisons.PREDICTED : Poisons.LEARNED;
      assertThat(ends.put(prediction.offset(), end)).as("said before").isNull();
      said.put(prediction.offset(), Said.of(prediction));
      assertThat(record.key()).isEqualTo(event.key());
      assertThat(prediction.eventTime()).isEqualTo(Math.max(0, event.timestamp()));
    }
    assertThat(said).isEqualTo(reference.said);
    return ends;
  }

  private static SortedMap<Long, String> deadLetters(
      LocalCluster cluster, Pipeline pipeline, List<Poison> log) {
    SortedMap<Long, String> ends = new TreeMap<>();
    for (var letter : Topics.committed(cluster, pipeline.outputs().deadLetters())) {
      long offset = Long.parseLong(Topics.header(letter, "__streams.errors.offset"));
      Poison event = log.get((int) offset);
      assertThat(ends.put(offset, Topics.header(letter, "millrace.reason")))
          .as("dead before")
          .isNull();
      assertThatItTellsOf(letter, event);
    }
    return ends;
  }

  private static void assertThatItTellsOf(ConsumerRecord<byte[], byte[]> letter, Poison event) {
    assertThat(Topics.header(letter, "__streams.errors.topic")).isEqualTo(TOPIC);
    assertThat(Topics.header(letter, "__streams.errors.partition")).isEqualTo("0");
    assertThat(Topics.header(letter, "__streams.errors.exception")).endsWith("BadEventException");
    assertThat(Topics.header(letter, "__streams.errors.stacktrace")).isNotBlank();
    assertThat(Topics.header(letter, "__streams.errors.message"))
        .isNotBlank()
        .hasSizeLessThan(3_000);
    assertThat(Topics.header(letter, "millrace.timestamp"))
        .isEqualTo(Long.toString(Math.max(0, event.timestamp())));
    assertThat(Topics.header(letter, "trace")).as("its own header").isEqualTo(event.name());
    assertThat(letter.timestamp()).as("when it was written").isBetween(Poisons.NOON * 1, 1L << 42);
    assertThatIsKept(
        letter.value(), event.value(), Topics.header(letter, "millrace.value.truncated"));
    assertThatIsKept(letter.key(), event.key(), Topics.header(letter, "millrace.key.truncated"));
    if (event.headerBytes() > 0) {
      assertThat(Topics.header(letter, "large")).isNull();
      assertThat(Integer.parseInt(Topics.header(letter, "millrace.headers.truncated")))
          .isGreaterThan(event.headerBytes());
    } else {
      assertThat(Topics.header(letter, "millrace.headers.truncated")).isNull();
    }
  }

  private static void assertThatIsKept(byte[] kept, byte[] sent, String truncated) {
    if (sent == null || sent.length <= DeadLetter.BYTES_MAX) {
      assertThat(Arrays.equals(kept, sent)).as("byte for byte").isTrue();
      assertThat(truncated).isNull();
    } else {
      assertThat(Arrays.equals(kept, Arrays.copyOf(sent, DeadLetter.BYTES_MAX))).isTrue();
      assertThat(truncated).isEqualTo(Integer.toString(sent.length));
    }
  }

  private static void assertThatMetricsAgree(Metrics metrics, List<Poison> log, Ends reference) {
    Map<String, Long> counts =
        log.stream()
            .filter(Poison::isDeadLetter)
            .collect(Collectors.groupingBy(Poison::end, Collectors.counting()));
    assertThat(metrics.deadLetters()).isEqualTo(counts);
    assertThat(metrics.deadLettered())
        .isEqualTo(counts.values().stream().mapToLong(Long::longValue).sum());
    assertThat(metrics.read()).isEqualTo(log.size());
    assertThat(metrics.read()).isEqualTo(metrics.predicted() + metrics.deadLettered());
    assertThat(metrics.labelled())
        .isEqualTo(metrics.learned() + metrics.pending() + metrics.rejected());
    assertThat(metrics.weightsDigest()).isEqualTo(reference.weightsDigest());
  }
}
