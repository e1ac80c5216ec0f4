package dev.millrace.app.pipeline;

import static dev.millrace.app.pipeline.Stage.done;
import static dev.millrace.app.pipeline.Stage.millrace;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.app.pipeline.Stage.Answer;
import dev.millrace.schemas.Metrics;
import dev.millrace.schemas.SnapshotBlock;
import dev.millrace.schemas.SnapshotManifest;
import dev.millrace.topology.PipelineRunner;
import dev.millrace.topology.StateLostException;
import dev.millrace.topology.config.Pipeline;
import dev.millrace.topology.store.StateMismatchException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.KafkaStreams;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Published copies are made the state of stopped pipelines, and these go on from them. */
class InstallTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int BATCH = Stage.BATCH;
  private static final int PENDING = 16; // of 400 events

  @TempDir Path dir;
  private Stage stage;
  private Pipeline old; // elec2 with two hidden layers
  private Pipeline other; // another pipeline, with one
  private Pipeline changed; // elec2, stating the model of the other
  private Path otherFile;
  private Path file;

  @BeforeEach
  void start() throws IOException {
    stage = new Stage(dir);
    old = Elec2.pipeline(stage.yaml("elec2", 16, 12));
    other = Elec2.pipeline(stage.yaml("other", 8));
    changed = Elec2.pipeline(stage.yaml("elec2", 8));
    otherFile = stage.file("other", stage.yaml("other", 8));
    file = stage.file("elec2", stage.yaml("elec2", 8));
  }

  @AfterEach
  void stop() {
    stage.close();
  }

  private JsonNode install(Object... more) throws IOException {
    return done(
        concat(
            List.of("snapshots", "install", file, "--from", otherFile, "-o", "json"),
            List.of(more)));
  }

  private static Object[] concat(List<Object> some, List<Object> more) {
    return Stream.of(some, more).flatMap(List::stream).toArray();
  }

  private Reference reference(long copy, int from, int to) throws IOException {
    return new Reference(
        other, Elec2.schema(other), stage.copy(other, copy), stage.values(to), from);
  }

  /** The sums of law 4, and that the pipeline counts its own events, not those of the copy. */
  private static void assertThatAllIsCounted(Metrics metrics, int read, int rejected) {
    assertThat(metrics.read()).isEqualTo(read);
    assertThat(metrics.predicted() + metrics.deadLettered()).isEqualTo(read);
    assertThat(metrics.rejected()).isEqualTo(rejected);
    assertThat(metrics.learned() + metrics.pending() + metrics.rejected())
        .isEqualTo(metrics.labelled());
  }

  @Test
  void shouldGoOnFromACopyOfAnotherPipelineAfterTheFileWasChanged() throws Exception {
    stage.learn(old, 400);
    stage.learn(other, 700);
    try (PipelineRunner refused = stage.start(changed)) {
      assertThat(refused.awaitEnd(PATIENCE)).isTrue();
      assertThat(refused.failure().orElseThrow())
          .isInstanceOf(StateMismatchException.class)
          .hasMessageContaining("model.layers: was [16 relu, 12 relu], is [8 relu]")
          .hasMessageContaining("millrace snapshots install FILE --from OTHER_FILE");
    }

    JsonNode installed = install("--version", 10);
    assertThat(installed.get("from_model").asText()).isEqualTo("other-0");
    assertThat(installed.get("version").asLong())
        .as("above version 12, and all before")
        .isEqualTo(13);
    assertThat(installed.get("next_offset").asLong()).isEqualTo(400);
    assertThat(installed.get("rejected").asLong()).isEqualTo(PENDING);
    Metrics then = stage.lastMetrics(changed);
    assertThatAllIsCounted(then, 400, PENDING);
    assertThat(then.modelVersion()).isEqualTo(13);
    assertThat(then.weightsDigest()).isEqualTo(stage.manifests(other).get(10L).weightsDigest());

    stage.learn(changed, 700); // the local copy of the old state is still there
    Reference to700 = reference(10, 400, 700);
    assertThat(stage.said(changed, 400)).isEqualTo(to700.predictionsRaisedBy(3));
    assertThat(stage.said(changed, 0)).hasSize(700);
    assertThat(stage.lastMetrics(changed).weightsDigest()).isEqualTo(to700.weightsDigest());
    assertThat(stage.lastMetrics(changed).metrics())
        .as("the figures came with the copy")
        .containsAllEntriesOf(to700.loop().learner().orElseThrow().metrics().figures());
    assertThatAllIsCounted(stage.lastMetrics(changed), 700, PENDING);
    Map<String, byte[]> blocks = stage.compacted("elec2-model-changelog");
    assertThat(blocks.keySet()).noneMatch(key -> key.startsWith("b/dense_2")).contains("meta/loop");

    stage.removeLocalState(changed);
    stage.learn(changed, 800);
    Reference to800 = reference(10, 400, 800);
    assertThat(stage.said(changed, 400)).isEqualTo(to800.predictionsRaisedBy(3));

    assertVerifiedAndListed();
    assertRestored(to800);
  }

  private void assertVerifiedAndListed() throws IOException {
    JsonNode base = done("snapshots", "verify", file, "--version", 13, "-o", "json");
    JsonNode source = base.get("installed_from");
    assertThat(source.get("model").asText()).isEqualTo("other-0");
    assertThat(source.get("source_digest")).isEqualTo(base.get("published_digest"));
    assertThat(base.get("same").asBoolean()).isTrue();
    JsonNode next = done("snapshots", "verify", file, "--version", 20, "-o", "json");
    assertThat(next.get("from_version").asLong()).isEqualTo(13);
    assertThat(next.get("first_offset").asLong()).isEqualTo(400);
    assertThat(next.get("same").asBoolean()).isTrue();
    String list = millrace("snapshots", "list", file).out();
    assertThat(list).containsOnlyOnce("installed from other-0/10, weights ");
    assertThat(millrace("snapshots", "show", file, "--version", 13).out())
        .contains("version 13, offset 400: installed from other-0/10")
        .contains("rejected are the events that waited in the batch before: 16");
  }

  private void assertRestored(Reference reference) throws Exception {
    stage.admin.deleteTopics(Set.of("elec2-model-changelog")).all().get();
    JsonNode restored = stage.restored(file);
    assertThat(restored.get("from_version").asLong()).isEqualTo(20);
    assertThat(restored.get("weights_digest").asText()).isEqualTo(reference.weightsDigest());
    stage.learn(changed, 900);
    assertThat(stage.said(changed, 400)).isEqualTo(reference(10, 400, 900).predictionsRaisedBy(3));
    assertThatAllIsCounted(stage.lastMetrics(changed), 900, PENDING);
  }

  @Test
  void shouldGoBackToAnEarlierCopyAndOnUnderVersionsThatWereNeverGiven() throws Exception {
    stage.learn(other, 700);
    Map<Long, SnapshotManifest> before = stage.manifests(other);
    assertThat(before).containsOnlyKeys(10L, 20L);
    Reference back = reference(10, 700, 1_100);
    JsonNode rolled = done("snapshots", "rollback", otherFile, "--version", 10, "-o", "json");
    assertThat(rolled.get("version").asLong()).as("21 steps were made").isEqualTo(22);
    stage.learn(other, 1_100);
    assertThat(stage.said(other, 700)).isEqualTo(back.predictionsRaisedBy(12));
    assertThat(stage.said(other, 0)).hasSize(1_100);
    assertThatAllIsCounted(stage.lastMetrics(other), 1_100, 700 % BATCH);

    Map<Long, SnapshotManifest> after = stage.manifests(other);
    assertThat(after).containsOnlyKeys(10L, 20L, 22L, 30L).containsAllEntriesOf(before);
    assertThat(after.get(22L).weightsDigest()).isEqualTo(before.get(10L).weightsDigest());
    assertThat(after.get(22L).lineage().changes())
        .singleElement()
        .matches(change -> change.what().startsWith("rolled back to other-0/10, "));
    assertThat(after.get(30L).lineage().parentVersion()).isEqualTo(22);
    assertThat(after.get(30L).lineage().changes()).isEmpty();
    for (long version : after.keySet()) {
      JsonNode check = done("snapshots", "verify", otherFile, "--version", version, "-o", "json");
      assertThat(check.get("same").asBoolean()).as("version " + version).isTrue();
    }

    done("snapshots", "rollback", otherFile, "--version", 20, "-o", "json");
    stage.learn(other, 2_200);
    assertThat(stage.manifests(other))
        .as("the newest two before, two since, and the one that they are made from")
        .containsOnlyKeys(20L, 22L, 30L, 35L, 60L, 50L);
    assertThat(millrace("snapshots", "verify", otherFile, "--version", 50).code()).isZero();
    assertThat(stage.compacted(other.outputs().snapshots()).keySet())
        .allMatch(key -> key.matches("other-0/(20|22|30|35|50|60)/.*"));
  }

  @Test
  void shouldBeginWithACopyWhereAPipelineHasReadNothing() throws Exception {
    stage.learn(other, 400);
    JsonNode installed = install();
    assertThat(installed.get("version").asLong()).isEqualTo(10);
    assertThat(installed.get("next_offset").asLong()).isZero();

    stage.admin.deleteTopics(Set.of("elec2-model-changelog")).all().get();
    assertThatThrownBy(() -> stage.start(changed))
        .as("what was installed is not forgotten in silence")
        .isInstanceOf(StateLostException.class);
    done(
        "snapshots",
        "restore",
        file,
        "--state-dir",
        stage.state(),
        "--allow-temporary-state",
        "-o",
        "json");
    stage.learn(changed, 400);
    Map<String, byte[]> copy = stage.copy(changed, 10);
    Reference reference = new Reference(changed, Elec2.schema(other), copy, stage.values(400), 0);
    assertThat(stage.said(changed, 0)).hasSize(400).isEqualTo(reference.predictions);
    assertThatAllIsCounted(stage.lastMetrics(changed), 400, 0);
  }

  /** The changelog then holds a part of the new state, in a transaction that nobody ends. */
  @Test
  void shouldLeaveTheOldStateWholeWhenItIsKilledInTheMiddle() throws Exception {
    stage.learn(old, 400);
    stage.learn(other, 400);
    String killing =
        stage
            .yaml("elec2", 8)
            .replace(
                "kafka: {",
                "kafka: {interceptor.classes: " + KilledAtFirstAnswer.class.getName() + ", ");
    Path log = dir.resolve("install.log");
    Process install =
        Millrace.start(
            log,
            "snapshots",
            "install",
            stage.file("killing", killing).toString(),
            "--from",
            otherFile.toString());
    assertThat(install.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
    assertThat(install.exitValue()).as(Files.readString(log)).isEqualTo(KilledAtFirstAnswer.CODE);

    stage.removeLocalState(old); // so that the next start takes its state from that changelog
    stage.learn(old, 500);
    assertThat(stage.said(old, 0))
        .isEqualTo(new Reference(old, Elec2.schema(old), stage.values(500)).predictions);

    assertThat(install().get("version").asLong()).isEqualTo(16);
    stage.learn(changed, 600);
    assertThat(stage.said(changed, 500)).isEqualTo(reference(10, 500, 600).predictionsRaisedBy(6));
    assertThatAllIsCounted(stage.lastMetrics(changed), 600, 500 % BATCH);
  }

  @Test
  void shouldRefuseWhatCannotBeInstalledAndChangeNothing() throws Exception {
    stage.learn(old, 200);
    assertThat(refused(file, otherFile)).contains("there is no topic 'other.snapshots'");
    stage.learn(other, 200);
    assertThat(refused(file, otherFile)).contains("no snapshot of pipeline 'other' is kept");
    stage.learn(other, 400);

    Path rest = stage.file("rest", stage.yaml("elec2", 8).replace("batch: 32", "batch: 16"));
    assertThat(refused(rest, otherFile))
        .contains("other-0/10 is of another model than the file of pipeline 'elec2' states")
        .contains("batch: was 32, is 16");
    Path seed = stage.file("seed", stage.yaml("elec2", 8) + "seed: 7\n");
    assertThat(refused(seed, otherFile)).contains("seed: was 0, is 7");
    Path label =
        stage.file("label", stage.yaml("elec2", 8).replace("weight: period", "weight: hour"));
    assertThat(refused(label, otherFile)).contains("hour");

    String key = "b/dense_0/kernel/0";
    byte[] flipped = stage.copy(other, 10).get(key).clone();
    flipped[5] ^= 1;
    publish("other-0/10/" + key, new SnapshotBlock("other-0", 10, key, flipped).encode(1));
    assertThat(refused(file, otherFile))
        .contains("block b/dense_0/kernel/0 of other-0/10 has SHA-256");

    try (PipelineRunner runner = stage.start(old)) {
      await().atMost(PATIENCE).until(() -> runner.state() == KafkaStreams.State.RUNNING);
      assertThat(refused(file, otherFile)).contains("pipeline 'elec2' is running");
      assertThat(runner.failure()).isEmpty();
    }
    stage.learn(old, 500);
    assertThat(stage.said(old, 0))
        .isEqualTo(new Reference(old, Elec2.schema(old), stage.values(500)).predictions);
  }

  @Test
  void shouldNameAnInstalledCopyThatIsNotItsSourceAndNeverRestoreFromWhatWasBeforeIt()
      throws Exception {
    stage.learn(other, 400);
    done("snapshots", "rollback", otherFile, "--version", 10, "-o", "json");
    stage.learn(other, 450);
    assertThat(millrace("snapshots", "verify", otherFile, "--version", 13).out())
        .contains("installed      at offset 400, from other-0/10")
        .contains("the same, bit for bit");

    SnapshotManifest source = stage.manifests(other).get(10L);
    publish("other-0/10/manifest", withDigest(source, "0".repeat(64)).encode(1));
    Answer different = millrace("snapshots", "verify", otherFile, "--version", 13);
    assertThat(different.code()).isEqualTo(1);
    assertThat(different.out()).contains("DIFFERENT: this is not the copy that was installed");

    publish("other-0/10/manifest", null);
    JsonNode gone = done("snapshots", "verify", otherFile, "--version", 13, "-o", "json");
    assertThat(gone.get("installed_from").get("source_digest").isNull()).isTrue();

    publish("other-0/10/manifest", source.encode(1));
    publish("other-0/13/manifest", new byte[] {0, 0, 0, 0, 1, 2});
    stage.admin.deleteTopics(Set.of("other-model-changelog")).all().get();
    Answer restored =
        millrace(
            "snapshots",
            "restore",
            otherFile,
            "--state-dir",
            stage.state(),
            "--allow-temporary-state");
    assertThat(restored.code()).isEqualTo(1);
    assertThat(restored.err())
        .contains("other-0 was installed from other-0/10 as version 13, no copy since then can be");
  }

  /** Such as a process that was stopped, lost its place in the group, and is woken again. */
  @Test
  void shouldNotBeOvertakenByAnInstanceThatWasHeldUpWithinItsCommit() throws Exception {
    stage.learn(other, 400);
    Map<String, Object> settings =
        Map.of(
            "bootstrap.servers",
            stage.cluster.bootstrapServers(),
            "transactional.id",
            "other-3b241101-e2bb-4255-8caf-4136c566a962-1");
    try (var zombie =
            new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
        var group = Topics.member(stage.cluster, "other")) {
      zombie.initTransactions();
      zombie.beginTransaction();
      zombie.send(new ProducerRecord<>("other-model-changelog", 0, new byte[] {1}, new byte[] {2}));
      zombie.sendOffsetsToTransaction(
          Map.of(new TopicPartition(Elec2.TOPIC, 0), new OffsetAndMetadata(999, "AA==")),
          group.groupMetadata());
      JsonNode rolled = done("snapshots", "rollback", otherFile, "--version", 10, "-o", "json");
      assertThat(rolled.get("next_offset").asLong()).isEqualTo(400);
      assertThatThrownBy(zombie::commitTransaction)
          .isInstanceOfAny(ProducerFencedException.class, InvalidProducerEpochException.class);
    }
    Reference back = reference(10, 400, 500);
    stage.learn(other, 500);
    assertThat(stage.said(other, 400)).isEqualTo(back.predictionsRaisedBy(3));
  }

  private static SnapshotManifest withDigest(SnapshotManifest manifest, String digest) {
    return new SnapshotManifest(
        manifest.model(),
        manifest.version(),
        manifest.formatVersion(),
        manifest.spec(),
        manifest.lineage(),
        manifest.blocks(),
        manifest.schemaIds(),
        digest,
        manifest.metrics());
  }

  private String refused(Path target, Path source) {
    Answer answer = millrace("snapshots", "install", target, "--from", source);
    assertThat(answer.code()).as(answer.out()).isEqualTo(1);
    return answer.err();
  }

  private void publish(String key, byte[] value) {
    try (var producer = Elec2.producer(stage.cluster)) {
      producer.send(
          new ProducerRecord<>(
              other.outputs().snapshots(), 0, key.getBytes(StandardCharsets.UTF_8), value));
    }
  }
}
