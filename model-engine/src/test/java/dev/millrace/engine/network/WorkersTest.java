package dev.millrace.engine.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.engine.kernel.KernelChoice;
import dev.millrace.engine.kernel.WorkerPool;
import dev.millrace.engine.kernel.Workers;
import dev.millrace.engine.layer.Activation;
import dev.millrace.engine.layer.LayerSpec;
import dev.millrace.engine.loss.LossSpec;
import dev.millrace.engine.optim.OptimizerSpec;
import dev.millrace.engine.random.CounterRandom;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WorkersTest {
  @ParameterizedTest
  @ValueSource(ints = {2, 3, 5})
  void threadsLearnTheBitsOfOneThread(int count) {
    Network alone = network(Workers.ONE);
    try (WorkerPool pool = new WorkerPool(count)) {
      Network together = network(pool);
      for (int step = 0; step < 12; step++) {
        for (Network network : List.of(alone, together)) {
          float[] x = numbers(37 * 301, step);
          network.forward(x, 0, 37);
          assertThat(network.learn(numbers(37 * 70, 100 + step), 0, 37)).isTrue();
        }
      }
      assertThat(together.parameters()).containsExactly(alone.parameters());
      assertThat(together.slot("v")).containsExactly(alone.slot("v"));
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

  private static void fail(int worker) {
    if (worker == 1) {
      throw new IllegalArgumentException("share 1");
    }
  }

  /** Layers large enough that their products are shared out. */
  private static Network network(Workers workers) {
    Network network =
        new Network(
            301,
            new LinkedHashMap<>(),
            List.of(
                LayerSpec.dense(230, Activation.RELU),
                LayerSpec.dense(260, Activation.TANH),
                LayerSpec.dense(70, Activation.LINEAR)),
            LossSpec.MEAN_SQUARED_ERROR,
            OptimizerSpec.of("adam"),
            37,
            KernelChoice.select(KernelChoice.Mode.AUTO).kernels(),
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
