package dev.millrace.engine.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.millrace.engine.kernel.KernelChoice;
import dev.millrace.engine.kernel.Updates;
import dev.millrace.engine.random.CounterRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class OptimizerTest {
  private static final int SIZE = 37;
  private static final int STEPS = 100;

  /** Some weights with their slots. */
  private static final class Weights {
    final Optimizer optimizer;
    final Updates updates;
    final float[] w;
    final float[][] slots;

    Weights(OptimizerSpec spec, KernelChoice.Mode mode, int size) {
      optimizer = Optimizer.of(spec);
      updates = KernelChoice.select(mode).kernels().updates();
      w = new float[size];
      for (int i = 0; i < size; i++) {
        w[i] = (float) CounterRandom.uniform(1, 2, i) - 0.5f;
      }
      slots = new float[optimizer.slotNames().size()][size];
      for (int i = 0; i < slots.length; i++) {
        Arrays.fill(slots[i], optimizer.initialSlotValue(optimizer.slotNames().get(i)));
      }
    }

    void step(float[] g, long step) {
      step(g, step, 0);
    }

    void step(float[] g, long step, float squares) {
      optimizer.begin(step);
      optimizer.forInput(squares);
      optimizer.update(updates, w, slots, 0, g, 0, w.length);
    }

    List<float[]> arrays() {
      List<float[]> arrays = new ArrayList<>(List.of(w));
      arrays.addAll(List.of(slots));
      return arrays;
    }
  }

  private static List<String> keys() {
    return EveryOptimizer.keys();
  }

  private static float[] gradient(int step, int size) {
    float[] g = new float[size];
    for (int i = 0; i < size; i++) {
      g[i] = (float) (CounterRandom.uniform(step, 1, i) - 0.3);
    }
    return g;
  }

  @ParameterizedTest
  @MethodSource("keys")
  void followsItsFormulaInDouble(String key) {
    OptimizerSpec spec = EveryOptimizer.spec(key);
    for (KernelChoice.Mode mode : KernelChoice.Mode.values()) {
      Weights weights = new Weights(spec, mode, SIZE);
      DoubleOptimizer[] exact = new DoubleOptimizer[SIZE];
      Arrays.setAll(exact, i -> new DoubleOptimizer(spec, weights.w[i]));
      float[] y = new float[SIZE];
      for (int step = 1; step <= STEPS; step++) {
        weights.optimizer.trainingPoint(weights.updates, weights.w, weights.slots, 0, y, 0, SIZE);
        float[] g = gradient(step, SIZE);
        float squares = step % 7;
        for (int i = 0; i < SIZE; i++) {
          near(y[i], exact[i].point(), key + ", point " + i);
          exact[i].reads(squares);
          exact[i].step(g[i], step);
        }
        weights.step(g, step, squares);
      }
      for (int i = 0; i < SIZE; i++) {
        near(weights.w[i], exact[i].weight(), key + ", weight " + i);
      }
    }
  }

  private static void near(float actual, double exact, String what) {
    assertThat(Math.abs(actual - exact))
        .as("%s: %s, exactly %s", what, actual, exact)
        .isLessThan(1e-5 * Math.abs(exact) + 1e-6);
  }

  @ParameterizedTest
  @MethodSource("keys")
  void hasTheSameBitsHoweverARangeIsCutOrGathered(String key) {
    int size = 5000;
    Weights whole = new Weights(EveryOptimizer.spec(key), KernelChoice.Mode.AUTO, size);
    Weights pieces = new Weights(EveryOptimizer.spec(key), KernelChoice.Mode.AUTO, size);
    float[] buffer = new float[1100];
    for (int step = 1; step <= 5; step++) {
      float[] g = gradient(step, size);
      whole.step(g, step);
      pieces.optimizer.begin(step);
      for (int at = 0, length = 1; at < size; at += length, length = 1 + length * 3 % 1000) {
        length = Math.min(length, size - at);
        System.arraycopy(g, at, buffer, 7, length);
        pieces.optimizer.update(pieces.updates, pieces.w, pieces.slots, at, buffer, 7, length);
      }
    }
    for (int i = 0; i < whole.arrays().size(); i++) {
      assertThat(pieces.arrays().get(i)).containsExactly(whole.arrays().get(i));
    }
  }

  @ParameterizedTest
  @MethodSource("keys")
  void leavesRowsWithoutAGradientAsTheyAre(String key) {
    Weights rows = new Weights(EveryOptimizer.spec(key), KernelChoice.Mode.AUTO, 3 * SIZE);
    List<float[]> before = rows.arrays().stream().map(float[]::clone).toList();
    for (int step = 100; step < 103; step++) {
      rows.optimizer.begin(step);
      float[] g = gradient(step, SIZE);
      rows.optimizer.update(rows.updates, rows.w, rows.slots, SIZE, g, 0, SIZE);
    }
    for (int i = 0; i < before.size(); i++) {
      float[] after = rows.arrays().get(i);
      assertThat(Arrays.copyOf(after, SIZE)).containsExactly(Arrays.copyOf(before.get(i), SIZE));
      assertThat(Arrays.copyOfRange(after, 2 * SIZE, 3 * SIZE))
          .containsExactly(Arrays.copyOfRange(before.get(i), 2 * SIZE, 3 * SIZE));
      for (int k = SIZE; k < 2 * SIZE; k++) {
        assertThat(after[k]).isFinite();
      }
    }
    assertThat(rows.w).isNotEqualTo(before.getFirst());
  }

  @ParameterizedTest
  @MethodSource("keys")
  void leavesNoDenormalWhenTheGradientStaysZero(String key) {
    for (KernelChoice.Mode mode : List.of(KernelChoice.Mode.PLAIN, KernelChoice.Mode.VECTOR)) {
      Weights weights = new Weights(EveryOptimizer.spec(key), mode, SIZE);
      float[] g = new float[SIZE];
      Arrays.fill(g, 1e-3f);
      weights.step(g, 1);
      Arrays.fill(g, 0f);
      for (int step = 2; step <= 3000; step++) {
        weights.step(g, step);
        for (float[] array : weights.arrays()) {
          assertThat(denormalOrNotFinite(array)).as("step %d", step).isZero();
        }
      }
    }
  }

  private static int denormalOrNotFinite(float[] array) {
    int count = 0;
    for (float value : array) {
      boolean normal = value == 0 || Math.abs(value) >= Float.MIN_NORMAL;
      count += normal && Float.isFinite(value) ? 0 : 1;
    }
    return count;
  }

  @ParameterizedTest
  @MethodSource("keys")
  void staysFiniteUnderTheGreatestGradients(String key) {
    Weights weights = new Weights(EveryOptimizer.spec(key), KernelChoice.Mode.AUTO, SIZE);
    float[] g = new float[SIZE];
    for (int step = 1; step <= 1000; step++) {
      for (int i = 0; i < SIZE; i++) {
        long bits = CounterRandom.bits(5, step, i);
        float size = (bits & 6) == 0 ? Optimizer.GRADIENT_MAX : (bits & 6) == 2 ? 1e-20f : 0f;
        g[i] = (bits & 1) == 0 ? size : -size;
      }
      weights.step(g, step);
    }
    for (float[] array : weights.arrays()) {
      for (float value : array) {
        assertThat(value).isFinite();
      }
    }
  }

  @ParameterizedTest
  @MethodSource("keys")
  void descendsOnAConvexProblem(String key) {
    OptimizerSpec given = EveryOptimizer.spec(key);
    double rate =
        switch (given.name()) {
          case "adagrad", "normalized_adagrad", "ftrl" -> 0.3;
          case "sgd", "normalized_sgd", "schedule_free_sgd" -> 0.1;
          default -> 0.02;
        };
    OptimizerSpec spec =
        new OptimizerSpec(given.name(), LearningRate.constant(rate), given.settings());
    Weights weights = new Weights(spec, KernelChoice.Mode.AUTO, SIZE);
    double first = loss(weights.w);
    float[] y = new float[SIZE];
    float[] g = new float[SIZE];
    for (int step = 1; step <= 600; step++) {
      weights.optimizer.trainingPoint(weights.updates, weights.w, weights.slots, 0, y, 0, SIZE);
      for (int i = 0; i < SIZE; i++) {
        g[i] = curvature(i) * (y[i] - target(i));
      }
      weights.step(g, step);
    }
    assertThat(loss(weights.w)).isLessThan(0.05 * first);
  }

  private static float curvature(int i) {
    return 0.2f + i % 5;
  }

  private static float target(int i) {
    return i % 7 - 3;
  }

  private static double loss(float[] w) {
    double loss = 0;
    for (int i = 0; i < w.length; i++) {
      loss += curvature(i) * (w[i] - target(i)) * (w[i] - target(i)) / 2;
    }
    return loss;
  }

  @ParameterizedTest
  @MethodSource("keys")
  void goesOnFromSlotsAndStepAlone(String key) {
    Weights through = new Weights(EveryOptimizer.spec(key), KernelChoice.Mode.AUTO, SIZE);
    Weights resumed = new Weights(EveryOptimizer.spec(key), KernelChoice.Mode.AUTO, SIZE);
    for (int step = 1; step <= 1200; step++) {
      through.step(gradient(step, SIZE), step);
      if (step == 1100) {
        for (int i = 0; i < through.arrays().size(); i++) {
          System.arraycopy(through.arrays().get(i), 0, resumed.arrays().get(i), 0, SIZE);
        }
      } else if (step > 1100) {
        resumed.step(gradient(step, SIZE), step);
      }
    }
    for (int i = 0; i < through.arrays().size(); i++) {
      assertThat(resumed.arrays().get(i)).containsExactly(through.arrays().get(i));
    }
  }

  @Test
  void bringsANormDownToItsBoundAndLeavesASmallerOne() {
    assertThat(Optimizer.clipFactor(25, 1f)).isEqualTo(0.2f);
    assertThat(Optimizer.clipFactor(25, 5f)).isEqualTo(1f);
    assertThat(Optimizer.clipFactor(0, 5f)).isEqualTo(1f);
    Optimizer clipping = Optimizer.of(OptimizerSpec.of("lion", Map.of("clipnorm", 0.5)));
    assertThat(clipping.clipNorm()).isEqualTo(0.5f);
    assertThat(clipping.clipValue()).isZero();
    assertThat(clipping.globalClipNorm()).isZero();
  }

  @Test
  void powersAreThoseOfTheLibrary() {
    for (double base : new double[] {0, 0.5, 0.9, 0.96, 0.999, 0.9999999, 1}) {
      for (long exponent : new long[] {0, 1, 2, 3, 10, 999, 1000, 123_456, 1L << 40}) {
        double expected = StrictMath.pow(base, exponent);
        double tolerance = expected * (exponent + 1) * 0x1p-52;
        assertThat(Optimizer.power(base, exponent)).isCloseTo(expected, within(tolerance));
      }
    }
  }
}
