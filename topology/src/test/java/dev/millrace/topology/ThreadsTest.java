package dev.millrace.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.engine.Learner;
import dev.millrace.engine.Outcome;
import dev.millrace.engine.kernel.KernelChoice;
import dev.millrace.engine.kernel.Kernels;
import dev.millrace.topology.config.Pipeline;
import dev.millrace.topology.config.PipelineParser;
import dev.millrace.topology.decode.BadEventException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.junit.jupiter.api.Test;

/** A loop whose model is large enough that its products are shared out among threads. */
class ThreadsTest {
  private static final Kernels KERNELS = KernelChoice.select(KernelChoice.Mode.AUTO).kernels();
  private static final int NUMBERS = 320;
  private static final int EVENTS = 150; // the last batch is not full

  private static final Schema SCHEMA =
      SchemaBuilder.record("Wide")
          .fields()
          .name("x")
          .type()
          .array()
          .items()
          .doubleType()
          .noDefault()
          .requiredBoolean("y")
          .endRecord();

  /** 32 rows of 320 numbers and 256 units: 2.6 million multiply-adds, which is enough to share. */
  private static Pipeline pipeline(String name, int threads) {
    return PipelineParser.parse(
        """
        name: %s
        input: {topic: in, features: [{name: x, type: vector, size: %d}]}
        label: {field: "y"}
        model: {layers: [{dense: 256, activation: relu}], optimizer: adam}
        batch: 32
        threads: %d
        """
            .formatted(name, NUMBERS, threads),
        "wide.yaml");
  }

  private static Event event(int offset) {
    SplittableRandom random = new SplittableRandom(offset);
    List<Double> x = random.doubles(NUMBERS, -1, 1).boxed().toList();
    GenericRecord event = new GenericData.Record(SCHEMA);
    event.put("x", x);
    event.put("y", x.get(0) > 0);
    byte[] value = Events.frame(Events.SCHEMA_ID, Events.write(event));
    return new Event(null, value, "in", 0, offset, 0);
  }

  private static LearningLoop loop(Pipeline pipeline, List<String> outputs) {
    return new LearningLoop(pipeline, KERNELS, id -> SCHEMA, new Told(outputs));
  }

  private record Told(List<String> outputs) implements LearningLoop.Sink {
    @Override
    public void prediction(Event event, Outcome outcome) {
      outputs.add(outcome.version + Arrays.toString(outcome.outputs));
    }

    @Override
    public void deadLetter(Event event, BadEventException why) {
      throw new AssertionError("every event is good", why);
    }

    @Override
    public void skipped(Learner.Step step) {
      throw new AssertionError("every step is finite");
    }

    @Override
    public void snapshot(Learner learner) {}
  }

  /** What was predicted, and the digest of what was learned. */
  private static List<String> learn(int threads) {
    List<String> said = new ArrayList<>();
    try (LearningLoop loop = loop(pipeline("wide" + threads, threads), said)) {
      for (int offset = 0; offset < EVENTS; offset++) {
        loop.accept(event(offset));
      }
      loop.predict();
      assertThat(workers("wide" + threads)).hasSize(threads - 1);
      said.add(loop.learner().orElseThrow().weightsDigest());
    }
    return said;
  }

  @Test
  void shouldPredictAndLearnTheSameBitsWithAnyNumberOfThreads() {
    List<String> alone = learn(1);
    assertThat(alone).hasSize(EVENTS + 1);
    assertThat(learn(2)).isEqualTo(alone);
    assertThat(learn(3)).isEqualTo(alone);
  }

  @Test
  void shouldGoOnFromStateThatAnotherNumberOfThreadsMade() {
    Map<String, byte[]> store = new HashMap<>();
    List<String> said = new ArrayList<>();
    try (LearningLoop loop = loop(pipeline("wide", 2), said)) {
      for (int offset = 0; offset < 70; offset++) {
        loop.accept(event(offset));
      }
      loop.predict();
      loop.writeChanged(store::put);
    }
    try (LearningLoop loop = loop(pipeline("wide", 3), said)) {
      loop.read(store::get);
      for (int offset = 70; offset < EVENTS; offset++) {
        loop.accept(event(offset));
      }
      loop.predict();
      said.add(loop.learner().orElseThrow().weightsDigest());
    }
    assertThat(said).isEqualTo(learn(1));
  }

  @Test
  void shouldEndItsThreadsWhenItIsClosedAndStillTellWhatItLearned() throws Exception {
    LearningLoop loop = loop(pipeline("closing", 3), new ArrayList<>());
    List<Thread> workers = workers("closing");
    assertThat(workers.stream().map(Thread::getName))
        .containsExactlyInAnyOrder("closing-worker-1", "closing-worker-2");
    assertThat(workers).allMatch(Thread::isDaemon);
    for (int offset = 0; offset < 64; offset++) {
      loop.accept(event(offset));
    }
    loop.close();
    loop.close();
    for (Thread worker : workers) {
      assertThat(worker.join(Duration.ofSeconds(60))).as(worker.getName()).isTrue();
    }
    assertThat(loop.learner().orElseThrow().version()).isEqualTo(2);
    for (int offset = 64; offset < 95; offset++) {
      loop.accept(event(offset));
    }
    assertThatThrownBy(() -> loop.accept(event(95)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("the pool is closed, count=3");
  }

  private static List<Thread> workers(String name) {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith(name + "-worker-"))
        .toList();
  }
}
