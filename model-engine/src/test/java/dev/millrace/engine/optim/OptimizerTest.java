package dev.millrace.engine.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.engine.kernel.KernelChoice;
import dev.millrace.engine.kernel.Kernels;
import dev.millrace.engine.random.CounterRandom;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Each optimiser against Keras' formula in double, over 100 steps of changing gradients. */
class OptimizerTest {
  private static final int SIZE = 37;
  private static final int STEPS = 100;

  /** One step of one weight in double; the state has two numbers. */
  private interface Reference {
    double step(double w, double g, double[] state, int step);
  }

  @Test
  void sgdFollowsKerasFormula() {
    follows(OptimizerSpec.of("sgd"), (w, g, state, step) -> w - 0.01 * g);
  }

  @Test
  void momentumFollowsKerasFormula() {
    follows(
        OptimizerSpec.of("sgd", Map.of("learning_rate", 0.05, "momentum", 0.9)),
        (w, g, state, step) -> {
          state[0] = 0.9 * state[0] - 0.05 * g;
          return w + state[0];
        });
  }

  @Test
  void nesterovFollowsKerasFormula() {
    follows(
        OptimizerSpec.of("sgd", Map.of("learning_rate", 0.05, "momentum", 0.9, "nesterov", 1.0)),
        (w, g, state, step) -> {
          state[0] = 0.9 * state[0] - 0.05 * g;
          return w + 0.9 * state[0] - 0.05 * g;
        });
  }

  @Test
  void adamFollowsKerasFormula() {
    follows(
        OptimizerSpec.of("adam"),
        (w, g, state, step) -> {
          state[0] = 0.9 * state[0] + 0.1 * g;
          state[1] = 0.999 * state[1] + 0.001 * g * g;
          double alpha = 0.001 * Math.sqrt(1 - Math.pow(0.999, step)) / (1 - Math.pow(0.9, step));
          return w - alpha * state[0] / (Math.sqrt(state[1]) + 1e-7);
        });
  }

  private static void follows(OptimizerSpec spec, Reference reference) {
    for (KernelChoice.Mode mode : KernelChoice.Mode.values()) {
      Kernels kernels = KernelChoice.select(mode).kernels();
      Optimizer optimizer = Optimizer.of(spec);
      float[] w = new float[SIZE];
      float[] g = new float[SIZE];
      float[][] slots = new float[optimizer.slotNames().size()][SIZE];
      double[] exact = new double[SIZE];
      double[][] state = new double[SIZE][2];
      for (int step = 1; step <= STEPS; step++) {
        for (int i = 0; i < SIZE; i++) {
          g[i] = (float) (CounterRandom.uniform(step, 1, i) - 0.3);
          exact[i] = reference.step(exact[i], g[i], state[i], step);
        }
        optimizer.step(kernels, w, g, slots, step);
      }
      for (int i = 0; i < SIZE; i++) {
        assertThat(Math.abs(w[i] - exact[i]))
            .as("weight %d: %s, exactly %s", i, w[i], exact[i])
            .isLessThan(1e-5 * Math.abs(exact[i]) + 1e-6);
      }
    }
  }

  @Test
  void stateDecaysToZeroAndNeverLingersAmongDenormals() {
    for (KernelChoice.Mode mode : KernelChoice.Mode.values()) {
      Kernels kernels = KernelChoice.select(mode).kernels();
      Optimizer adam = Optimizer.of(OptimizerSpec.of("adam", Map.of("beta_2", 0.9)));
      float[] w = new float[SIZE];
      float[] g = new float[SIZE];
      float[][] slots = new float[2][SIZE];
      Arrays.fill(g, 1e-3f);
      adam.step(kernels, w, g, slots, 1);
      Arrays.fill(g, 0f);
      for (int step = 2; step < 2000; step++) {
        adam.step(kernels, w, g, slots, step);
        for (float[] slot : slots) {
          for (float value : slot) {
            assertThat(value == 0 || Math.abs(value) > Kernels.TINY).isTrue();
          }
        }
      }
      assertThat(slots[0]).containsOnly(0f);
      assertThat(slots[1]).containsOnly(0f);
    }
  }

  @Test
  void settingsThatCouldOverflowAWeightAreRefused() {
    assertThatThrownBy(() -> OptimizerSpec.of("adam", Map.of("epsilon", 1e-50)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("epsilon must be from 1e-30 to 1e6, value=1.0E-50");
    assertThatThrownBy(() -> OptimizerSpec.of("sgd", Map.of("learning_rate", 1e7)))
        .hasMessageContaining("learning_rate must be greater than 0 and at most 1e6");
    assertThatThrownBy(() -> OptimizerSpec.of("sgd", Map.of("rate", 1.0)))
        .hasMessageContaining("sgd has the settings [learning_rate, momentum, nesterov]");
  }
}
