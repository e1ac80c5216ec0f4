package dev.millrace.engine.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Each schedule at steps whose rate is a matter of mental arithmetic by Keras' formula. */
class LearningRateTest {
  private static final double HALF_COSINE = (1 + Math.sqrt(0.5)) / 2; // at a quarter of the way

  private static void gives(LearningRate rate, double... stepsAndRates) {
    for (int i = 0; i < stepsAndRates.length; i += 2) {
      long step = (long) stepsAndRates[i];
      assertThat(rate.at(step))
          .as("%s at %d", rate, step)
          .isCloseTo(stepsAndRates[i + 1], within(1e-15));
      assertThat(rate.at(step)).isLessThanOrEqualTo(rate.most());
    }
  }

  private static LearningRate rate(String name, Object... settings) {
    Map<String, Double> map = new HashMap<>();
    for (int i = 0; i < settings.length; i += 2) {
      map.put((String) settings[i], ((Number) settings[i + 1]).doubleValue());
    }
    return LearningRate.of(name, map);
  }

  @Test
  void constantStays() {
    gives(LearningRate.constant(0.3), 0, 0.3, 1_000_000, 0.3);
    assertThat(LearningRate.constant(0.3).isConstant()).isTrue();
    assertThat(LearningRate.constant(0.3)).hasToString("0.3");
  }

  @Test
  void exponentialDecayMultipliesEveryDecaySteps() {
    Object[] settings = {"initial_learning_rate", 0.8, "decay_steps", 10, "decay_rate", 0.25};
    gives(rate("exponential_decay", settings), 0, 0.8, 5, 0.4, 10, 0.2, 20, 0.05);
    gives(
        rate(
            "exponential_decay",
            "initial_learning_rate",
            0.8,
            "decay_steps",
            10,
            "decay_rate",
            0.25,
            "staircase",
            1),
        0,
        0.8,
        9,
        0.8,
        10,
        0.2,
        19,
        0.2,
        20,
        0.05);
  }

  @Test
  void piecewiseConstantDecayChangesAfterEachBoundary() {
    LearningRate pieces = LearningRate.piecewise(List.of(10.0, 20.0), List.of(1.0, 0.5, 2.0));
    gives(pieces, 0, 1, 10, 1, 11, 0.5, 20, 0.5, 21, 2, 1_000_000, 2);
    assertThat(pieces.most()).isEqualTo(2);
  }

  @Test
  void polynomialDecayEndsOrCycles() {
    Object[] line = {"initial_learning_rate", 1, "decay_steps", 10, "end_learning_rate", 0.2};
    gives(rate("polynomial_decay", line), 0, 1, 5, 0.6, 10, 0.2, 100, 0.2);
    LearningRate squared =
        rate(
            "polynomial_decay",
            "initial_learning_rate",
            1,
            "decay_steps",
            10,
            "end_learning_rate",
            0,
            "power",
            2,
            "cycle",
            1);
    gives(squared, 0, 1, 5, 0.25, 10, 0, 15, 1 / 16.0, 20, 0, 21, 0.09);
  }

  @Test
  void inverseTimeDecayDivides() {
    Object[] settings = {"initial_learning_rate", 1, "decay_steps", 4, "decay_rate", 0.5};
    gives(rate("inverse_time_decay", settings), 0, 1, 2, 0.8, 4, 1 / 1.5, 8, 0.5);
    LearningRate stairs =
        rate(
            "inverse_time_decay",
            "initial_learning_rate",
            1,
            "decay_steps",
            4,
            "decay_rate",
            0.5,
            "staircase",
            1);
    gives(stairs, 3, 1, 4, 1 / 1.5, 7, 1 / 1.5, 8, 0.5);
  }

  @Test
  void cosineDecayFallsToAlphaAndMayWarmUp() {
    Object[] settings = {"initial_learning_rate", 2, "decay_steps", 8, "alpha", 0.1};
    gives(
        rate("cosine_decay", settings),
        0,
        2,
        2,
        2 * (0.9 * HALF_COSINE + 0.1),
        4,
        1.1,
        8,
        0.2,
        9,
        0.2);
    LearningRate warm =
        rate(
            "cosine_decay",
            "initial_learning_rate",
            0,
            "decay_steps",
            8,
            "warmup_target",
            1,
            "warmup_steps",
            4);
    gives(warm, 0, 0, 1, 0.25, 3, 0.75, 4, 1, 6, HALF_COSINE, 8, 0.5, 12, 0, 100, 0);
    assertThat(warm.most()).isEqualTo(1);
  }

  @Test
  void cosineDecayRestartsOverLongerAndLowerSpans() {
    LearningRate growing =
        rate(
            "cosine_decay_restarts",
            "initial_learning_rate",
            1,
            "first_decay_steps",
            4,
            "m_mul",
            0.5);
    gives(growing, 0, 1, 1, HALF_COSINE, 2, 0.5, 4, 0.5, 8, 0.25, 12, 0.25, 20, 0.125, 28, 0.125);
    LearningRate even =
        rate(
            "cosine_decay_restarts",
            "initial_learning_rate",
            1,
            "first_decay_steps",
            4,
            "t_mul",
            1);
    gives(even, 0, 1, 2, 0.5, 4, 1, 6, 0.5, 4000, 1);
  }

  @Test
  void cosineDecayRestartsAtTheVeryStepWhateverTheLogarithmRoundsTo() {
    LearningRate rate =
        rate(
            "cosine_decay_restarts",
            "initial_learning_rate",
            1,
            "first_decay_steps",
            10,
            "t_mul",
            3);
    long begin = 0;
    for (long span = 10; span < 1L << 40; begin += span, span *= 3) {
      assertThat(rate.at(begin)).as("step %d", begin).isEqualTo(1);
      assertThat(rate.at(begin + span - 1)).as("before %d", begin + span).isLessThan(0.03);
    }
  }

  @Test
  void refusesWhatIsNoSchedule() {
    assertThatThrownBy(() -> LearningRate.of("cosine", Map.of()))
        .hasMessageStartingWith("schedule must be one of [exponential_decay, ");
    assertThatThrownBy(() -> rate("cosine_decay", "initial_learning_rate", 1))
        .hasMessage("cosine_decay needs the setting decay_steps");
    assertThatThrownBy(
            () -> rate("cosine_decay", "initial_learning_rate", 1, "decay_steps", 5, "warmup", 1))
        .hasMessageContaining("cosine_decay has the settings [initial_learning_rate, decay_steps,")
        .hasMessageEndingWith("setting=warmup");
    assertThatThrownBy(
            () ->
                rate(
                    "cosine_decay",
                    "initial_learning_rate",
                    1,
                    "decay_steps",
                    5,
                    "warmup_steps",
                    1))
        .hasMessageContaining("warmup_steps need a warmup_target");
    assertThatThrownBy(() -> LearningRate.piecewise(List.of(5.0, 5.0), List.of(1.0, 1.0, 1.0)))
        .hasMessageContaining("ascending, boundary=5.0");
    assertThatThrownBy(() -> LearningRate.piecewise(List.of(5.0), List.of(1.0)))
        .hasMessageContaining("values must be one more than boundaries");
  }
}
