package dev.millrace.app.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.millrace.app.pipeline.Reference.Said;
import dev.millrace.schemas.Control;
import dev.millrace.schemas.ControlOutcome;
import dev.millrace.schemas.Metrics;
import dev.millrace.topology.PipelineRunner;
import dev.millrace.topology.config.Pipeline;
import dev.millrace.topology.control.ControlTopic;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
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
}
