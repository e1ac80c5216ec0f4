package dev.millrace.app.pipeline;

import static dev.millrace.app.pipeline.Stage.done;
import static dev.millrace.app.pipeline.Stage.millrace;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.app.pipeline.Reference.Said;
import dev.millrace.schemas.Control;
import dev.millrace.schemas.ControlOutcome;
import dev.millrace.schemas.Metrics;
import dev.millrace.topology.PipelineRunner;
import dev.millrace.topology.config.Pipeline;
import dev.millrace.topology.control.ControlTopic;
import dev.millrace.topology.recovery.StateReset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a control topic asks of a pipeline that runs against a real broker. */
class ControlTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir Path dir;
  private Stage stage;
  private Pipeline pipeline;
  private ControlTopic control;

  @BeforeEach
  void start() throws Exception {
    stage = new Stage(dir);
    pipeline = Elec2.pipeline(stage.yaml("elec2", 8));
    control = new ControlTopic(pipeline);
  }

  @AfterEach
  void stop() {
    stage.close();
  }

  private static Control control(Control.Action action) {
    return new Control("c-" + action, action, null, List.of(), "tester", 1_700_000_000_000L, null);
  }

  private ControlOutcome ask(Control what) {
    var sent = control.send(stage.registry(), what, OptionalInt.empty());
    return await()
        .atMost(PATIENCE)
        .until(() -> control.outcomes(sent), outcomes -> outcomes.size() == 1)
        .getFirst();
  }

  @Test
  void shouldLearnNothingWhilePausedAndGoOnWhereItStood() throws Exception {
    List<byte[]> values = stage.values(1_000);
    Reference reference = new Reference(pipeline, Elec2.schema(pipeline), values.subList(0, 400));
    try (PipelineRunner runner = stage.start(pipeline)) {
      stage.send(400);
      Topics.awaitCommitted(stage.cluster, "elec2", Elec2.TOPIC, 400);
      ControlOutcome paused = ask(control(Control.Action.PAUSE));
      assertThat(paused.refused()).isNull();
      assertThat(paused.offset()).isEqualTo(400);
      assertThat(paused.modelVersion()).isEqualTo(12);

      stage.send(700);
      Topics.awaitCommitted(stage.cluster, "elec2", Elec2.TOPIC, 700);
      Metrics metrics = stage.lastMetrics(pipeline);
      assertThat(metrics.weightsDigest()).isEqualTo(reference.weightsDigest());
      assertThat(metrics.modelVersion()).isEqualTo(12);
      assertThat(metrics.rejected()).isEqualTo(300);
      assertThat(metrics.pending()).as("the partial batch waits").isEqualTo(16);
      assertThat(metrics.labelled())
          .isEqualTo(metrics.learned() + metrics.pending() + metrics.rejected());
      assertThat(metrics.metrics()).containsEntry("learning_paused", 1.0);
      assertThat(stage.said(pipeline, 0)).hasSize(700);

      assertThat(ask(control(Control.Action.RESUME)).offset()).isEqualTo(700);
      stage.send(1_000);
      Topics.awaitCommitted(stage.cluster, "elec2", Elec2.TOPIC, 1_000);
      assertThat(runner.failure()).isEmpty();
    }
    Metrics end = stage.lastMetrics(pipeline);
    assertThat(end.learned()).isEqualTo(21 * Stage.BATCH);
    assertThat(end.modelVersion()).isEqualTo(21);
    List<Said> said = stage.said(pipeline, 0);
    assertThat(said.subList(0, 400)).isEqualTo(reference.predictions);
    assertThat(said).hasSize(1_000);
  }

  private static Control of(Control.Action action, Double value, String... layers) {
    return new Control("c", action, value, List.of(layers), "tester", 1_700_000_000_000L, "why");
  }

  private List<ControlOutcome> log() {
    return Topics.committed(stage.cluster, pipeline.outputs().controlLog()).stream()
        .map(record -> ControlOutcome.decode(record.value()))
        .toList();
  }

  private void learnTo(int offset) throws Exception {
    stage.send(offset);
    Topics.awaitCommitted(stage.cluster, "elec2", Elec2.TOPIC, offset);
  }

  private static void assertThatNothingIsLost(Metrics metrics, int read) {
    assertThat(metrics.read()).isEqualTo(read);
    assertThat(metrics.predicted() + metrics.deadLettered()).isEqualTo(read);
    assertThat(metrics.learned() + metrics.pending() + metrics.rejected())
        .isEqualTo(metrics.labelled());
  }

  @Test
  void shouldMakeTheSameModelAgainFromTheEventsAndTheRecordedControls() throws Exception {
    Path file = stage.file("elec2", stage.yaml("elec2", 8));
    try (PipelineRunner runner = stage.start(pipeline)) {
      learnTo(300);
      ask(of(Control.Action.LEARNING_RATE, 0.02));
      learnTo(450);
      ask(of(Control.Action.FREEZE, null, "dense_0"));
      learnTo(500);
      ControlOutcome reset = ask(of(Control.Action.RESET, null));
      assertThat(reset.offset()).isEqualTo(500);
      assertThat(reset.modelVersion()).as("15 steps were made").isEqualTo(16);
      learnTo(900);
      ask(of(Control.Action.LEARNING_RATE, 0.001));
      ask(of(Control.Action.PAUSE, null));
      learnTo(1_000);
      ask(of(Control.Action.RESUME, null));
      learnTo(1_300);
      assertThat(runner.failure()).isEmpty();
    }
    assertThat(log()).extracting(ControlOutcome::number).containsExactly(1L, 2L, 3L, 4L, 5L, 6L);
    Metrics end = stage.lastMetrics(pipeline);
    assertThatNothingIsLost(end, 1_300);
    assertThat(end.rejected()).as("the batch at the reset, and the pause").isEqualTo(20 + 100);
    assertThat(stage.said(pipeline, 0)).hasSize(1_300);

    var manifests = stage.manifests(pipeline);
    assertThat(manifests).hasSize(2);
    assertThat(manifests.lastEntry().getValue().lineage().changes())
        .extracting(change -> change.what().split(",")[0])
        .contains("pause", "resume");
    for (long version : manifests.keySet()) {
      JsonNode check = done("snapshots", "verify", file, "--version", version, "-o", "json");
      assertThat(check.get("same").asBoolean()).as("version " + version).isTrue();
    }

    stage.admin.deleteTopics(Set.of("elec2-model-changelog")).all().get();
    JsonNode restored = stage.restored(file);
    assertThat(restored.get("weights_digest").asText()).isEqualTo(end.weightsDigest());
    assertThat(restored.get("version").asLong()).isEqualTo(end.modelVersion());
    stage.learn(pipeline, 1_400);
    assertThat(log()).as("none is taken up twice").hasSize(6);
    assertThat(stage.lastMetrics(pipeline).metrics())
        .containsEntry("learning_rate_by_control", 0.001)
        .containsEntry("learning_paused", 0.0);

    stage
        .admin
        .deleteRecords(
            Map.of(
                new TopicPartition(pipeline.outputs().controlLog(), 0),
                RecordsToDelete.beforeOffset(-1)))
        .all()
        .get();
    long oldest = stage.manifests(pipeline).firstKey();
    assertThat(millrace("snapshots", "verify", file, "--version", oldest).err())
        .as("its parent is gone, so that it is made from nothing")
        .contains("elec2.control-log-0 has no record of control");
  }

  @Test
  void shouldRefuseWhatItCannotDoSayWhyAndGoOn() throws Exception {
    Path file = stage.file("elec2", stage.yaml("elec2", 8));
    assertThat(millrace("control", file, "pause").err())
        .contains("there is no topic 'elec2.control'", "Its first start makes it");
    try (PipelineRunner runner = stage.start(pipeline)) {
      await()
          .atMost(PATIENCE)
          .until(() -> stage.admin.listTopics().names().get().contains("elec2.control"));
      ControlOutcome early = ask(of(Control.Action.FREEZE, null));
      assertThat(early.refused()).contains("there is no model yet");
      learnTo(100);
      try (var producer = Elec2.producer(stage.cluster)) {
        for (byte[] value :
            Arrays.asList(
                new byte[] {7, 7, 7}, null, new byte[] {0, 0, 0, 0, 99}, new byte[900_000])) {
          producer.send(new ProducerRecord<>("elec2.control", 0, null, value));
        }
      }
      assertThat(ask(of(Control.Action.FREEZE, null, "dense_7")).refused())
          .contains("there is no layer 'dense_7'; expected one of dense_0, dense_1");
      assertThat(ask(of(Control.Action.LEARNING_RATE, -1.0)).refused()).contains("learning_rate");
      assertThat(ask(of(Control.Action.LEARNING_RATE, Double.NaN)).isDone()).isFalse();
      assertThat(ask(of(Control.Action.PAUSE, 3.0)).refused()).contains("pause has no value");
      learnTo(200);

      Stage.Answer refused = millrace("control", file, "freeze", "dense_7");
      assertThat(refused.code()).isEqualTo(1);
      assertThat(refused.out()).contains("elec2-0  ", "refused: there is no layer 'dense_7'");
      Stage.Answer paused =
          millrace("control", file, "pause", "--reason", "a broken feed", "--who", "ops");
      assertThat(paused.code()).as(paused.out() + paused.err()).isZero();
      assertThat(paused.out())
          .contains("pause, ops: a broken feed  → done before offset 200, version 6");
      assertThat(millrace("control", file, "stop").err()).contains("expected one of pause,");
      assertThat(millrace("control", file, "learning-rate", "fast").code()).isEqualTo(2);
      assertThat(runner.failure()).isEmpty();
    }
    Stage.Answer list = millrace("control", file, "list", "-o", "json");
    JsonNode entries = list.json();
    assertThat(entries).hasSize(11);
    assertThat(entries.get(1).get("state").asText()).isEqualTo("refused");
    assertThat(entries.get(1).get("action").isNull()).isTrue();
    assertThat(entries.get(10).get("who").asText()).isEqualTo("ops");
    assertThat(entries.get(10).get("offset").asLong()).isEqualTo(200);
    assertThatNothingIsLost(stage.lastMetrics(pipeline), 200);
    assertThat(millrace("control", file, "resume", "--wait", "1").out())
        .contains("not taken up yet: is the pipeline running?");

    StateReset.run(pipeline, stage.state());
    stage.learn(pipeline, 200);
    assertThat(log()).as("what was asked of the model before is forgotten with it").isEmpty();
    assertThat(stage.lastMetrics(pipeline).weightsDigest())
        .isEqualTo(
            new Reference(pipeline, Elec2.schema(pipeline), stage.values(200)).weightsDigest());
  }

  /** Some kills fall between a control's taking and its commit; none between two of a commit. */
  @Test
  void shouldTakeUpEachControlOnceHoweverOftenItIsKilled() throws Exception {
    Path file =
        stage.file(
            "elec2",
            stage.yaml("elec2", 8).replace("commit.interval.ms: 200", "commit.interval.ms: 1500"));
    Path log = dir.resolve("run.log");
    String[] run = {
      "run", file.toString(), "--state-dir", stage.state().toString(), "--allow-temporary-state"
    };
    Control.Action[] asked = {Control.Action.PAUSE, Control.Action.RESUME, Control.Action.RESET};
    List<ControlTopic.Sent> all = new ArrayList<>();
    Process process = Millrace.start(log, run);
    try {
      for (int i = 0; i < asked.length; i++) {
        stage.send(200 * (i + 1));
        Topics.awaitCommitted(stage.cluster, "elec2", Elec2.TOPIC, 200L * (i + 1));
        all.addAll(control.send(stage.registry(), control(asked[i]), OptionalInt.empty()));
        stage.send(200 * (i + 1) + 100);
        Thread.sleep(300 * i);
        process.destroyForcibly().waitFor();
        process = Millrace.start(log, run);
      }
      stage.send(1_000);
      Topics.awaitCommitted(stage.cluster, "elec2", Elec2.TOPIC, 1_000);
    } finally {
      process.destroy();
      process.waitFor();
    }
    assertThat(log())
        .extracting(ControlOutcome::controlOffset)
        .containsExactlyElementsOf(all.stream().map(ControlTopic.Sent::offset).toList());
    assertThatNothingIsLost(stage.lastMetrics(pipeline), 1_000);
    assertThat(stage.said(pipeline, 0)).hasSize(1_000);
    long newest = stage.manifests(pipeline).lastKey();
    JsonNode check = done("snapshots", "verify", file, "--version", newest, "-o", "json");
    assertThat(check.get("same").asBoolean()).as(Files.readString(log)).isTrue();
  }

  @Test
  void shouldAskTheModelsOfAllPartitionsInOneTransactionOrThatOfOne() throws Exception {
    stage.close();
    stage = new Stage(Files.createDirectory(dir.resolve("two")), 2);
    pipeline = Elec2.pipeline(stage.yaml("elec2", 8));
    Path file = stage.file("elec2", stage.yaml("elec2", 8));
    List<byte[]> values = stage.values(120);
    try (PipelineRunner runner = stage.start(pipeline);
        var producer = Elec2.producer(stage.cluster)) {
      for (int i = 0; i < 120; i++) {
        producer.send(new ProducerRecord<>(Elec2.TOPIC, i % 2, null, values.get(i)));
      }
      Topics.awaitCommitted(stage.cluster, "elec2", Elec2.TOPIC, 60);
      JsonNode both = millrace("control", file, "pause", "-o", "json").json();
      assertThat(both).hasSize(2).allMatch(one -> one.get("state").asText().equals("done"));
      assertThat(both.get(0).get("id")).isEqualTo(both.get(1).get("id"));
      JsonNode one = millrace("control", file, "resume", "--partition", "1", "-o", "json").json();
      assertThat(one).hasSize(1);
      assertThat(one.get(0).get("model").asText()).isEqualTo("elec2-1");
      assertThat(millrace("control", file, "resume", "--partition", "2").err())
          .contains("has the partitions 0 to 1, partition=2");
      assertThat(runner.failure()).isEmpty();
    }
    assertThat(stage.lastMetrics(pipeline).metrics()).containsEntry("learning_paused", 1.0);
  }

  @Test
  void shouldStayPausedWhenAnotherCopyIsInstalledUntilItIsResumed() throws Exception {
    Path file = stage.file("elec2", stage.yaml("elec2", 8));
    try (PipelineRunner runner = stage.start(pipeline)) {
      learnTo(700);
      ask(of(Control.Action.LEARNING_RATE, 0.02));
      ask(of(Control.Action.PAUSE, null));
      assertThat(runner.failure()).isEmpty();
    }
    done("snapshots", "rollback", file, "--version", 10, "-o", "json");
    stage.learn(pipeline, 800);
    Metrics metrics = stage.lastMetrics(pipeline);
    assertThat(metrics.metrics())
        .containsEntry("learning_paused", 1.0)
        .doesNotContainKey("learning_rate_by_control");
    assertThat(metrics.weightsDigest())
        .isEqualTo(stage.manifests(pipeline).get(10L).weightsDigest());
    try (PipelineRunner runner = stage.start(pipeline)) {
      ask(of(Control.Action.RESUME, null));
      learnTo(1_200);
      assertThat(runner.failure()).isEmpty();
    }
    assertThat(stage.lastMetrics(pipeline).modelVersion()).isGreaterThan(30);
    JsonNode check = done("snapshots", "verify", file, "--version", 30, "-o", "json");
    assertThat(check.get("same").asBoolean()).isTrue();
  }
}
