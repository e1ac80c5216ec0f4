package dev.millrace.engine.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.engine.random.CounterRandom;
import java.util.List;
import org.junit.jupiter.api.Test;

class UpdatesTwinsTest {
  private static final Updates PLAIN = new PlainKernels().updates();
  private static final Updates VECTOR =
      KernelChoice.select(KernelChoice.Mode.VECTOR).kernels().updates();

  @Test
  void agreeBitForBitAtEveryLengthUpTo67() {
    for (int length = 0; length <= 67; length++) {
      agree(new UpdatesCase(length, 21, false));
    }
  }

  @Test
  void agreeBitForBitOnNanInfinityZerosAndDenormals() {
    for (int length = 0; length <= 67; length++) {
      for (int seed = 0; seed < 4; seed++) {
        agree(new UpdatesCase(length, seed, true));
      }
    }
  }

  @Test
  void agreeBitForBitOnManyElements() {
    agree(new UpdatesCase(70_001, 22, false));
    agree(new UpdatesCase(70_001, 23, true));
  }

  private static void agree(UpdatesCase range) {
    List<long[]> expected = range.run(PLAIN);
    List<long[]> actual = range.run(VECTOR);
    assertThat(actual).hasSameSizeAs(expected);
    for (int i = 0; i < expected.size(); i++) {
      assertThat(actual.get(i)).as("array %d of %s", i, range).isEqualTo(expected.get(i));
    }
  }

  @Test
  void sumSquaresWithoutLosingTheSmallOnes() {
    int length = 1 << 20;
    float[] g = new float[length + 1];
    double exact = 0;
    for (int i = 1; i <= length; i++) {
      g[i] = (float) ((i % 1000 == 0 ? 1e6 : 1) * CounterRandom.uniform(1, 7, i));
      exact += (double) g[i] * g[i];
    }
    for (Updates updates : List.of(PLAIN, VECTOR)) {
      double sum = updates.sumOfSquares(g, 1, length);
      assertThat(Math.abs(sum / exact - 1)).isLessThan(1e-11);
    }
  }

  @Test
  void addTheGradientOfBothPenalties() {
    for (Updates updates : List.of(PLAIN, VECTOR)) {
      float[] w = {2f, -4f, 0f};
      float[] g = {1f, 1f, 1f};
      updates.regularize(g, 0, w, 0, 3, 0.5f, 0.25f);
      assertThat(g).containsExactly(1f + 0.5f + 1f, 1f - 0.5f - 2f, 1f);
    }
  }
}
