package dev.millrace.engine.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.engine.Learner;
import dev.millrace.engine.feature.EventRow;
import dev.millrace.engine.feature.FeatureSpec;
import dev.millrace.engine.kernel.KernelChoice;
import dev.millrace.engine.kernel.Kernels;
import dev.millrace.engine.kernel.WorkerPool;
import dev.millrace.engine.kernel.Workers;
import dev.millrace.engine.layer.Activation;
import dev.millrace.engine.layer.LayerSpec;
import dev.millrace.engine.loss.LossSpec;
import dev.millrace.engine.model.LabelSpec;
import dev.millrace.engine.model.ModelSpec;
import dev.millrace.engine.optim.OptimizerSpec;
import dev.millrace.engine.random.CounterRandom;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class WorkersTest {
  private static final Kernels KERNELS = KernelChoice.select(KernelChoice.Mode.AUTO).kernels();

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 5})
  void threadsLearnTheBitsOfOneThread(int count) {
    assertThatThreadsLearnTheSame(count, OptimizerSpec.of("adam"), 12);
  }

  @ParameterizedTest
  @MethodSource("dev.millrace.engine.optim.OptimizerSpec#names()")
  void threadsLearnTheBitsOfOneThreadWithEveryOptimizer(String optimizer) {
    assertThatThreadsLearnTheSame(3, OptimizerSpec.of(optimizer), 3);
  }

  private static void assertThatThreadsLearnTheSame(int count, OptimizerSpec optimizer, int steps) {
    Network alone = network(optimizer, Workers.ONE);
    try (WorkerPool pool = new WorkerPool(count)) {
      Network together = network(optimizer, pool);
      for (int step = 0; step < steps; step++) {
        for (Network network : List.of(alone, together)) {
          float[] x = numbers(37 * 301, step);
          network.forward(x, 0, 37);
          assertThat(network.learn(numbers(37 * 70, 100 + step), 0, 37)).isTrue();
        }
      }
      assertThat(Arrays.equals(together.parameters(), alone.parameters())).isTrue();
      for (String slot : alone.slotNames()) {
        assertThat(Arrays.equals(together.slot(slot), alone.slot(slot))).as(slot).isTrue();
      }
    }
  }

  @Test
  void aLearnerHandsLargeProductsToItsWorkers() {
    ModelSpec spec =
        new ModelSpec(
            List.of(FeatureSpec.vector("x", 320, true)),
            new LabelSpec("y", List.of()),
            List.of(LayerSpec.dense(256, Activation.RELU), LayerSpec.dense(1, Activation.LINEAR)),
            LossSpec.MEAN_SQUARED_ERROR,
            OptimizerSpec.of("adam"),
            32,
            7);
    Counting workers = new Counting();
    Learner alone = new Learner(spec, KERNELS);
    Learner together = new Learner(spec, KERNELS, workers);
    for (int offset = 0; offset < 64; offset++) {
      for (Learner learner : List.of(alone, together)) {
        EventRow event = learner.event();
        event.clear();
        for (int i = 0; i < 320; i++) {
          event.vectors[i] = (float) CounterRandom.uniform(3, offset, i);
        }
        event.labelled = true;
        event.label = event.vectors[0];
        learner.add(offset);
        if (learner.batchIsFull()) {
          learner.predict(outcome -> {});
          learner.step();
        }
      }
    }
    assertThat(workers.runs).as("the products of the wide layer, twice").isEqualTo(4);
    assertThat(together.weightsDigest()).isEqualTo(alone.weightsDigest());
  }

  /** Three workers that take turns in the calling thread. */
  private static final class Counting implements Workers {
    int runs;

    @Override
    public int count() {
      return 3;
    }

    @Override
    public void run(Share share) {
      runs++;
      for (int worker = 0; worker < 3; worker++) {
        share.run(worker);
      }
    }
  }

  @Test
  void everyWorkerDoesItsShareEveryTime() {
    try (WorkerPool pool = new WorkerPool(4)) {
      for (int round = 0; round < 1_000; round++) {
        Set<Integer> done = ConcurrentHashMap.newKeySet();
        pool.run(done::add);
        assertThat(done).containsExactlyInAnyOrder(0, 1, 2, 3);
      }
    }
  }

  @Test
  void aShareThatFailsIsToldToTheCaller() {
    try (WorkerPool pool = new WorkerPool(2)) {
      assertThatThrownBy(() -> pool.run(worker -> fail(worker)))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("a worker failed")
          .hasRootCauseMessage("share 1");
    }
  }

  @Test
  void aClosedPoolRefusesToRunRatherThanWaitForEver() {
    WorkerPool pool = new WorkerPool(2, "closed");
    pool.close();
    assertThatThrownBy(() -> pool.run(worker -> {}))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("the pool is closed, count=2");
  }

  private static void fail(int worker) {
    if (worker == 1) {
      throw new IllegalArgumentException("share 1");
    }
  }

  /** Layers large enough that their products are shared out. */
  private static Network network(OptimizerSpec optimizer, Workers workers) {
    Network network =
        new Network(
            301,
            new LinkedHashMap<>(),
            List.of(
                LayerSpec.dense(230, Activation.RELU),
                LayerSpec.dense(260, Activation.TANH),
                LayerSpec.dense(70, Activation.LINEAR)),
            LossSpec.MEAN_SQUARED_ERROR,
            optimizer,
            37,
            KERNELS,
            workers);
    network.initialize(7);
    return network;
  }

  private static float[] numbers(int size, int purpose) {
    float[] numbers = new float[size];
    for (int i = 0; i < size; i++) {
      numbers[i] = (float) (2 * CounterRandom.uniform(3, purpose, i) - 1);
    }
    return numbers;
  }
}
