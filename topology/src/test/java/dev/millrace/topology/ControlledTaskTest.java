package dev.millrace.topology;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.engine.Learner;
import dev.millrace.engine.kernel.KernelChoice;
import dev.millrace.engine.kernel.Kernels;
import dev.millrace.schemas.Control;
import dev.millrace.schemas.ControlOutcome;
import dev.millrace.schemas.Metrics;
import dev.millrace.topology.config.Pipeline;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.Test;

/** Records of a control topic in a task without a broker. */
class ControlledTaskTest {
  private static final Kernels PLAIN = KernelChoice.select(KernelChoice.Mode.PLAIN).kernels();
  private static final int BATCH = 4;

  private final Pipeline pipeline = Events.pipeline(BATCH, 3);
  private final Map<String, byte[]> store = new HashMap<>();
  private final Kept kept = new Kept();

  private ModelTask task() {
    ModelTask task =
        new ModelTask(
            pipeline,
            0,
            PLAIN,
            id -> Events.SCHEMA,
            GoldenRun.IDS,
            partition -> OptionalLong.empty(),
            kept);
    task.read(store::get);
    return task;
  }

  private static byte[] asked(Control.Action action) {
    return new Control("c", action, null, List.of(), "ops", 5, null)
        .encode(GoldenRun.IDS.control());
  }

  private static void events(ModelTask task, int from, int to) {
    for (int offset = from; offset < to; offset++) {
      task.process(
          new Event(null, Events.good(offset), "in", 0, offset, offset), new RecordHeaders());
    }
  }

  @Test
  void shouldKeepAPauseFromBeforeTheFirstEventOverARestartAndPassOverWhatItTookUpBefore() {
    try (ModelTask task = task()) {
      task.control(asked(Control.Action.PAUSE), 3);
      task.beforeCommit(store::put);
    }
    assertThat(kept.outcomes).extracting(ControlOutcome::offset).containsExactly(0L);
    try (ModelTask task = task()) {
      task.control(asked(Control.Action.PAUSE), 3);
      assertThat(kept.outcomes).as("the group's offsets were put back").hasSize(1);
      events(task, 0, 50);
      task.beforeCommit(store::put);
    }
    assertThat(kept.metrics.modelVersion()).isZero();
    assertThat(kept.metrics.rejected()).isEqualTo(kept.metrics.labelled()).isPositive();
    try (ModelTask task = task()) {
      task.control(asked(Control.Action.RESUME), 4);
      events(task, 50, 100);
      task.beforeCommit(store::put);
    }
    assertThat(kept.outcomes).extracting(ControlOutcome::number).containsExactly(1L, 2L);
    assertThat(kept.metrics.modelVersion()).isEqualTo(kept.metrics.learned() / BATCH).isPositive();
  }

  @Test
  void shouldBeginAnewAsAnUntrainedModelDoesUnderTheNextVersionAndCountOn() {
    try (ModelTask task = task()) {
      events(task, 0, 60);
      task.beforeCommit(store::put);
      long before = kept.metrics.modelVersion();
      long pending = kept.metrics.pending();
      task.control(asked(Control.Action.RESET), 0);
      task.beforeCommit(store::put);
      assertThat(kept.metrics.modelVersion()).isEqualTo(before + 1);
      assertThat(kept.metrics.rejected()).isEqualTo(pending);
      assertThat(kept.metrics.metrics()).doesNotContainKey("accuracy");
      events(task, 60, 160);
      task.beforeCommit(store::put);
      assertThat(kept.metrics.modelVersion()).isEqualTo(1 + (kept.metrics.learned() / BATCH));
    }
    Metrics end = kept.metrics;
    store.clear();
    try (ModelTask task = task()) { // a pipeline that begins where the other was reset
      events(task, 60, 160);
      task.beforeCommit(store::put);
    }
    assertThat(end.weightsDigest()).isEqualTo(kept.metrics.weightsDigest());
    assertThat(end.metrics()).containsEntry("accuracy", kept.metrics.metrics().get("accuracy"));
    assertThat(end.metrics().get("missing_values"))
        .as("of all events")
        .isGreaterThan(kept.metrics.metrics().get("missing_values"));
    assertThat(end.read()).isEqualTo(160);
  }

  /** The last metrics, and every outcome. */
  private static final class Kept implements ModelTask.Output {
    private final List<ControlOutcome> outcomes = new ArrayList<>();
    private Metrics metrics;

    @Override
    public void send(String to, byte[] key, byte[] value, long timestamp, Headers headers) {
      if (to.equals(Names.METRICS)) {
        metrics = Metrics.decode(value);
      }
    }

    @Override
    public void skipped(Learner.Step step, boolean pauses) {
      throw new AssertionError("every step is finite");
    }

    @Override
    public void controlled(ControlOutcome outcome) {
      outcomes.add(outcome);
    }
  }
}
