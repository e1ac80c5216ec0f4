package dev.millrace.engine.layer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.engine.kernel.KernelChoice;
import dev.millrace.engine.kernel.Workers;
import dev.millrace.engine.kernel.Workspace;
import dev.millrace.engine.params.ParameterLayout;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import org.junit.jupiter.api.Test;

class DropoutTest {
  private static final int WIDTH = 1003;
  private static final int ROWS = 40;

  @Test
  void dropsTheShareThatTheRateSaysAndScalesTheRest() {
    for (double rate : new double[] {0.1, 0.5, 0.75}) {
      float[] y = new Subject(rate, 0).pass(1, true, 1);
      int dropped = 0;
      double sum = 0;
      float kept = (float) (1 / (1 - rate));
      for (float value : y) {
        assertThat(value == 0 || Math.abs(value / kept - 1) < 1e-4).isTrue();
        dropped += value == 0 ? 1 : 0;
        sum += value;
      }
      double deviation = Math.sqrt(rate * (1 - rate) / y.length);
      assertThat(Math.abs((double) dropped / y.length - rate)).isLessThan(5 * deviation);
      assertThat(Math.abs(sum / y.length - 1)).isLessThan(5 * deviation * kept);
    }
  }

  @Test
  void dropsTheSameAgainAndOtherwiseForAnotherSeedStepRowOrPlace() {
    float[] y = new Subject(0.5, 0).pass(7, true, 3);
    assertThat(new Subject(0.5, 0).pass(7, true, 3)).containsExactly(y);
    assertThat(share(y, new Subject(0.5, 0).pass(8, true, 3))).isBetween(0.48, 0.52);
    assertThat(share(y, new Subject(0.5, 0).pass(7, true, 4))).isBetween(0.48, 0.52);
    assertThat(share(y, new Subject(0.5, 1).pass(7, true, 3))).isBetween(0.48, 0.52);
    float[] first = Arrays.copyOf(y, WIDTH);
    for (int row = 1; row < ROWS; row++) {
      float[] other = Arrays.copyOfRange(y, row * WIDTH, (row + 1) * WIDTH);
      assertThat(share(first, other)).isBetween(0.4, 0.6);
    }
  }

  @Test
  void dropsNothingOutsideOfAStepAndNothingAtRate0() {
    assertThat(new Subject(0.5, 0).pass(1, false, 1)).containsOnly(1f);
    assertThat(new Subject(0, 0).pass(1, true, 1)).containsOnly(1f);
    assertThat(new Subject(0, 0).dropout.differsInTraining()).isFalse();
    assertThat(new Subject(0.5, 0).dropout.differsInTraining()).isTrue();
  }

  @Test
  void keepsSomethingAtTheHighestRate() {
    float[] y = new Subject(Math.nextDown(1.0), 0).pass(1, true, 1);
    for (float value : y) {
      assertThat(value == 0f || value == 65536f).isTrue();
    }
  }

  /** The share of elements that are the same. */
  private static double share(float[] a, float[] b) {
    int same = 0;
    for (int i = 0; i < a.length; i++) {
      same += a[i] == b[i] ? 1 : 0;
    }
    return (double) same / a.length;
  }

  /** A dropout layer that reads ones. */
  private static final class Subject {
    private final Dropout dropout;

    Subject(double rate, int number) {
      Inputs inputs = new Inputs(WIDTH, new LinkedHashMap<>(), ROWS);
      float[] ones = new float[ROWS * WIDTH];
      Arrays.fill(ones, 1f);
      inputs.numbers().view(ones, 0);
      Build build =
          new Build(
              "dropout",
              number,
              List.of(Source.of(inputs.numbers())),
              ROWS,
              new ParameterLayout(),
              KernelChoice.select(KernelChoice.Mode.AUTO).kernels(),
              new Workspace(Workers.ONE));
      dropout = new Dropout(LayerSpec.dropout(rate), build);
    }

    float[] pass(long seed, boolean training, long step) {
      Pass pass = new Pass();
      pass.seed(seed);
      pass.set(training, step);
      dropout.forward(new float[0], ROWS, pass);
      return dropout.output().values();
    }
  }
}
