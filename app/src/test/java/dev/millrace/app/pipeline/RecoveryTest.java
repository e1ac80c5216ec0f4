package dev.millrace.app.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.app.Main;
import dev.millrace.app.embedded.LocalCluster;
import dev.millrace.app.pipeline.Reference.Said;
import dev.millrace.engine.kernel.KernelChoice;
import dev.millrace.engine.kernel.Kernels;
import dev.millrace.schemas.Metrics;
import dev.millrace.schemas.Prediction;
import dev.millrace.schemas.SnapshotBlock;
import dev.millrace.schemas.SnapshotManifest;
import dev.millrace.schemas.registry.ConfluentSchemaRegistry;
import dev.millrace.schemas.registry.SchemaRegistry;
import dev.millrace.topology.ModelProbe;
import dev.millrace.topology.PipelineRunner;
import dev.millrace.topology.Restoring;
import dev.millrace.topology.StartListener;
import dev.millrace.topology.StateLostException;
import dev.millrace.topology.config.Pipeline;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** State that is lost or tampered with is noticed, and made again from snapshots and the log. */
class RecoveryTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Kernels KERNELS = KernelChoice.select(KernelChoice.Mode.AUTO).kernels();
  private static final TopicPartition INPUT = new TopicPartition(Elec2.TOPIC, 0);
  private static final TopicPartition CHANGELOG = new TopicPartition("elec2-model-changelog", 0);
  private static final int BATCH = 32;

  @TempDir Path dir;
  private LocalCluster cluster;
  private SchemaRegistry registry;
  private Admin admin;
  private Path file;
  private Pipeline pipeline;
  private int schemaId;

  @BeforeEach
  void start() throws IOException {
    cluster = LocalCluster.start(dir.resolve("cluster"));
    registry = new ConfluentSchemaRegistry(Map.of("schema.registry.url", cluster.registryUrl()));
    admin = Admin.create(Map.of("bootstrap.servers", cluster.bootstrapServers()));
    String yaml =
        Elec2.yaml(cluster, BATCH, 200)
            .replace("kafka: {", "kafka: {consumer.session.timeout.ms: 6000, ");
    file = Files.writeString(dir.resolve("elec2.yaml"), yaml);
    pipeline = Elec2.pipeline(yaml);
    cluster.createTopics(List.of(new NewTopic(Elec2.TOPIC, 1, (short) 1)));
    schemaId = Elec2.register(cluster, pipeline);
  }

  @AfterEach
  void stop() {
    admin.close();
    registry.close();
    cluster.close();
  }

  private PipelineRunner run() {
    return run(StartListener.NONE);
  }

  private PipelineRunner run(StartListener listener) {
    return PipelineRunner.start(
        pipeline,
        dir.resolve("state"),
        KERNELS,
        registry,
        InstantSource.system(),
        listener,
        ModelProbe.NONE);
  }

  /** Sends the events of a range and lets the pipeline learn them. */
  private void learn(List<byte[]> values, int from, int to) throws Exception {
    Elec2.send(cluster, values.subList(from, to));
    try (PipelineRunner runner = run()) {
      Elec2.awaitCommitted(cluster, to);
      assertThat(runner.failure()).isEmpty();
    }
  }

  private Throwable refusal() throws Exception {
    try (PipelineRunner refused = run()) {
      assertThat(refused.awaitEnd(PATIENCE)).isTrue();
      return refused.failure().orElseThrow();
    } catch (StateLostException e) {
      return e;
    }
  }

  /** A compacted topic cannot be truncated, but one whose policy was changed by mistake can. */
  private void truncateChangelog(long beforeOffset) throws Exception {
    var topic = new ConfigResource(ConfigResource.Type.TOPIC, CHANGELOG.topic());
    var delete =
        new AlterConfigOp(
            new ConfigEntry("cleanup.policy", "compact,delete"), AlterConfigOp.OpType.SET);
    admin.incrementalAlterConfigs(Map.of(topic, List.of(delete))).all().get();
    admin.deleteRecords(Map.of(CHANGELOG, RecordsToDelete.beforeOffset(beforeOffset))).all().get();
  }

  private List<ConsumerRecord<byte[], byte[]>> committed(String topic) {
    return Topics.committed(cluster, topic);
  }

  private void assertThatAllIsAsIfNothingHadHappened(List<byte[]> values) throws IOException {
    Reference reference = new Reference(pipeline, Elec2.schema(pipeline), values);
    List<Said> said =
        committed(pipeline.outputs().predictions()).stream()
            .map(record -> Said.of(Prediction.decode(record.value())))
            .toList();
    assertThat(said).isEqualTo(reference.predictions);
    Metrics last = Metrics.decode(committed(pipeline.outputs().metrics()).getLast().value());
    assertThat(last.weightsDigest()).isEqualTo(reference.weightsDigest());
    assertThat(last.read()).isEqualTo(values.size());
    assertThat(last.pending()).isEqualTo(values.size() % BATCH);
  }

  private record Answer(int code, String out, String err) {
    JsonNode json() throws IOException {
      return new ObjectMapper().readTree(out);
    }
  }

  private static Answer millrace(String... args) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int code = Main.run(new PrintWriter(out), new PrintWriter(err), args);
    return new Answer(code, out.toString(), err.toString());
  }

  private Answer restore() {
    return millrace(
        "snapshots",
        "restore",
        file.toString(),
        "--state-dir",
        dir.resolve("state").toString(),
        "--allow-temporary-state",
        "-o",
        "json");
  }

  @Test
  void shouldRefuseToBeginAnewAfterTheChangelogWasDeletedAndMakeItAgainFromASnapshotAndTheLog()
      throws Exception {
    List<byte[]> values = Elec2.values(pipeline, schemaId, 1_500);
    learn(values, 0, 1_007);
    admin.deleteTopics(Set.of(CHANGELOG.topic())).all().get();

    assertThat(refusal())
        .isInstanceOf(StateLostException.class)
        .hasMessageContaining("committed offset 1007 of electricity-0")
        .hasMessageContaining("millrace snapshots restore FILE")
        .hasMessageContaining("--reset");
    assertThat(Elec2.committedOffset(admin)).isEqualTo(1_007);

    Answer answer = restore();
    assertThat(answer.code()).as(answer.err()).isZero();
    JsonNode restored = answer.json().get(0);
    assertThat(restored.get("from_version").asLong()).isEqualTo(30);
    assertThat(restored.get("version").asLong()).isEqualTo(1_007 / BATCH);
    learn(values, 1_007, 1_500);
    assertThatAllIsAsIfNothingHadHappened(values);
  }

  @Test
  void shouldRefuseAChangelogThatWasTruncatedAndMakeItAgainFromTheLogAlone() throws Exception {
    List<byte[]> values = Elec2.values(pipeline, schemaId, 400);
    learn(values, 0, 250); // no snapshot yet
    long end = committed(CHANGELOG.topic()).getLast().offset() + 2; // and the commit's marker
    truncateChangelog(end);

    assertThat(refusal()).isInstanceOf(StateLostException.class);
    Answer answer = restore();
    assertThat(answer.code()).as(answer.err()).isZero();
    assertThat(answer.json().get(0).get("from_version").isNull()).isTrue();
    learn(values, 250, 400);
    assertThatAllIsAsIfNothingHadHappened(values);
  }

  @Test
  void shouldRefuseAChangelogOfWhichAPartIsMissing() throws Exception {
    List<byte[]> values = Elec2.values(pipeline, schemaId, 250);
    learn(values, 0, 250);
    removeLocalState();
    long last = committed(CHANGELOG.topic()).getLast().offset();
    truncateChangelog(last);
    assertThat(refusal()).hasMessageMatching("(?s).*(is missing|is lost).*");
    assertThat(restore().code()).isZero();
    learn(values, 250, 250);
    assertThatAllIsAsIfNothingHadHappened(values);
  }

  private void removeLocalState() throws IOException {
    try (var paths = Files.walk(dir.resolve("state/elec2"))) {
      for (Path path : paths.sorted((a, b) -> b.compareTo(a)).toList()) {
        Files.delete(path);
      }
    }
  }

  /** What a start told, in its order. */
  private static final class News implements StartListener {
    private final List<Restoring> restores = Collections.synchronizedList(new ArrayList<>());
    private final CompletableFuture<List<Restoring>> beforeItRan = new CompletableFuture<>();

    @Override
    public void restoring(Restoring progress) {
      restores.add(progress);
    }

    @Override
    public void running(Duration sinceStart) {
      beforeItRan.complete(List.copyOf(restores));
    }
  }

  @Test
  void shouldTellHowFarALostStateIsReadBackAndOnlyThenThatItRuns() throws Exception {
    learn(Elec2.values(pipeline, schemaId, 250), 0, 250);
    removeLocalState();
    int blocks = committed(CHANGELOG.topic()).size();
    News news = new News();
    try (PipelineRunner runner = run(news)) {
      List<Restoring> told = news.beforeItRan.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
      assertThat(told).first().matches(first -> first.read() == 0 && !first.ended());
      assertThat(told).extracting(Restoring::model).containsOnly("elec2-0");
      Restoring last = told.getLast();
      assertThat(last.ended()).isTrue();
      assertThat(last.read()).isEqualTo(last.total()).isGreaterThanOrEqualTo(blocks);
      assertThat(last.blocks()).isEqualTo(blocks);
      assertThat(runner.failure()).isEmpty();
    }

    News ofAKeptState = new News();
    try (PipelineRunner runner = run(ofAKeptState)) {
      assertThat(ofAKeptState.beforeItRan.get(PATIENCE.toSeconds(), TimeUnit.SECONDS))
          .allMatch(progress -> progress.blocks() == 0);
      assertThat(runner.failure()).isEmpty();
    }
  }

  /** A process that is killed while Kafka Streams removes the directory of a fenced task. */
  @Test
  void shouldRestoreFromTheChangelogWhereAKillHasLeftAPartOfTheLocalState() throws Exception {
    List<byte[]> values = Elec2.values(pipeline, schemaId, 400);
    learn(values, 0, 250);
    removeLocalFile(".sst");
    learn(values, 250, 300);
    removeLocalFile("MANIFEST");
    learn(values, 300, 400);
    assertThatAllIsAsIfNothingHadHappened(values);
  }

  private void removeLocalFile(String part) throws IOException {
    Files.delete(dir.resolve("state/elec2.clean-end")); // no kill leaves it
    try (var paths = Files.walk(dir.resolve("state/elec2"))) {
      Files.delete(
          paths.filter(path -> path.getFileName().toString().contains(part)).findFirst().get());
    }
  }

  @Test
  void shouldBeginAnewOnlyWhenTold() throws Exception {
    List<byte[]> values = Elec2.values(pipeline, schemaId, 400);
    learn(values, 0, 400);
    assertThat(manifests()).isNotEmpty();
    dev.millrace.topology.recovery.StateReset.run(pipeline, dir.resolve("state"));
    assertThat(manifests()).isEmpty();
    assertThat(Elec2.committedOffset(admin)).isEqualTo(-1);
    learn(values, 400, 400);
    assertThat(committed(pipeline.outputs().predictions())).hasSize(800);
    Metrics last = Metrics.decode(committed(pipeline.outputs().metrics()).getLast().value());
    assertThat(last.weightsDigest())
        .isEqualTo(new Reference(pipeline, Elec2.schema(pipeline), values).weightsDigest());
  }

  @Test
  void shouldNotTouchTheStateOfAPipelineThatRuns() throws Exception {
    List<byte[]> values = Elec2.values(pipeline, schemaId, 100);
    Elec2.send(cluster, values);
    try (PipelineRunner runner = run()) {
      Elec2.awaitCommitted(cluster, 100);
      Answer answer = restore();
      assertThat(answer.code()).isEqualTo(1);
      assertThat(answer.err()).contains("pipeline 'elec2' is running");
      assertThat(runner.failure()).isEmpty();
    }
  }

  /** The copies by version. */
  private Map<Long, SnapshotManifest> manifests() {
    Map<String, byte[]> topic = new LinkedHashMap<>();
    for (var record : committed(pipeline.outputs().snapshots())) {
      topic.put(new String(record.key(), StandardCharsets.UTF_8), record.value());
    }
    topic.values().removeIf(Objects::isNull);
    return topic.entrySet().stream()
        .filter(entry -> entry.getKey().endsWith("/manifest"))
        .map(entry -> SnapshotManifest.decode(entry.getValue()))
        .collect(Collectors.toMap(SnapshotManifest::version, manifest -> manifest));
  }

  @Test
  void shouldVerifySnapshotsWhileThePipelineRunsAndNameWhatWasTamperedWith() throws Exception {
    List<byte[]> values = Elec2.values(pipeline, schemaId, 1_007);
    Elec2.send(cluster, values);
    try (PipelineRunner runner = run()) {
      Elec2.awaitCommitted(cluster, 1_007);
      for (String version : List.of("20", "30")) { // the parent of 20 has been retired
        JsonNode check = verify(0, "--version", version).json().get(0);
        assertThat(check.get("same").asBoolean()).isTrue();
        assertThat(check.get("replayed_digest")).isEqualTo(check.get("published_digest"));
        assertThat(check.get("last_offset").asLong())
            .isEqualTo(Long.parseLong(version) * BATCH - 1);
      }
      assertThat(verify(0).json().get(0).get("from_version").asLong()).isEqualTo(20);
      assertThat(runner.failure()).isEmpty();
    }

    SnapshotManifest newest = manifests().get(30L);
    String key = newest.blocks().getFirst().key();
    byte[] flipped = block(30, key).data().clone();
    flipped[5] ^= 1;
    publish(30, key, new SnapshotBlock("elec2-0", 30, key, flipped).encode(1));
    assertThat(verify(1).err()).contains("block " + key + " of elec2-0/30 has SHA-256");

    publish(30, key, block(20, key).encode(1));
    assertThat(verify(1).err()).contains("block " + key + " of elec2-0/30 holds block");

    publish(30, key, null);
    assertThat(verify(1).err()).contains("block " + key + " of elec2-0/30 is missing");

    byte[] manifest = newest.encode(1);
    publish(30, "manifest", Arrays.copyOf(manifest, manifest.length / 2));
    assertThat(verify(1).err()).contains("the manifest of elec2-0/30 cannot be read");
    JsonNode list = millrace("snapshots", "list", file.toString(), "-o", "json").json();
    assertThat(list).hasSize(2);
    assertThat(list.get(1).get("problem").asText()).contains("cannot be read");

    assertThat(verify(0, "--version", "20").json().get(0).get("same").asBoolean())
        .as("the one before stays usable")
        .isTrue();
    admin.deleteTopics(Set.of(CHANGELOG.topic())).all().get();
    assertThat(restore().json().get(0).get("from_version").asLong()).isEqualTo(20);
  }

  private Answer verify(int expected, String... more) {
    List<String> args = new ArrayList<>(List.of("snapshots", "verify", file.toString()));
    args.addAll(List.of(more));
    args.addAll(List.of("-o", "json"));
    Answer answer = millrace(args.toArray(String[]::new));
    assertThat(answer.code()).as(answer.out() + answer.err()).isEqualTo(expected);
    return answer;
  }

  private SnapshotBlock block(long version, String key) {
    return committed(pipeline.outputs().snapshots()).stream()
        .filter(record -> record.value() != null)
        .filter(
            record ->
                new String(record.key(), StandardCharsets.UTF_8)
                    .equals("elec2-0/" + version + "/" + key))
        .map(record -> SnapshotBlock.decode(record.value()))
        .findFirst()
        .orElseThrow();
  }

  private void publish(long version, String part, byte[] value) {
    try (var producer = Elec2.producer(cluster)) {
      producer.send(
          new ProducerRecord<>(
              pipeline.outputs().snapshots(),
              0,
              ("elec2-0/" + version + "/" + part).getBytes(StandardCharsets.UTF_8),
              value));
    }
  }

  /** To begin in the middle of a topic is a choice, and no state was lost by it. */
  @Test
  void shouldBeginWhereTheUserHasSetTheGroupsOffset() throws Exception {
    List<byte[]> values = Elec2.values(pipeline, schemaId, 100);
    Elec2.send(cluster, values);
    admin.alterConsumerGroupOffsets("elec2", Map.of(INPUT, new OffsetAndMetadata(60))).all().get();
    try (PipelineRunner runner = run()) {
      Elec2.awaitCommitted(cluster, 100);
      assertThat(runner.failure()).isEmpty();
    }
    assertThat(committed(pipeline.outputs().predictions())).hasSize(40);
  }
}
