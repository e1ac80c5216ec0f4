package dev.millrace.benchmarks.limits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.millrace.benchmarks.Spread;
import dev.millrace.benchmarks.measure.Task;
import org.junit.jupiter.api.Test;

class LimitsTest {
  private static final Spread TEN_US = new Spread(12, 9, 20, 10.0);

  private static Task seed(Task.Work work) {
    return Task.of(work, 1000, "512:relu,10:softmax", "categorical_crossentropy", "adam", 32);
  }

  @Test
  void shouldReckonRatesByTheFifthPercentile() {
    assertThat(Limits.gflops(new Probe(Probe.Kind.FMA, 500_000), TEN_US)).isEqualTo(100);
    assertThat(Limits.gbPerSecond(new Probe(Probe.Kind.COPY, 250_000), TEN_US)).isEqualTo(100);
  }

  @Test
  void shouldCountReadsAndWrites() {
    assertThat(new Probe(Probe.Kind.READ, 1_000).bytes()).isEqualTo(4_000);
    assertThat(new Probe(Probe.Kind.TRIAD, 3_000).bytes()).isEqualTo(12_000);
    assertThat(new Probe(Probe.Kind.UPDATE, 1_000).bytes()).isEqualTo(8_000);
    assertThat(new Probe(Probe.Kind.ADAM, 3_000).bytes()).isEqualTo(24_000);
  }

  @Test
  void shouldAddTheOptimisersPassToTheProductsOfAStep() {
    Limits.Limit limit = Limits.limit(seed(Task.Work.STEP), 100, 200);
    assertThat(limit.us()).isCloseTo(665.2 + 200, within(0.5));
    assertThat(limit.peakGflops()).isEqualTo(100);
  }

  @Test
  void shouldLetAPredictionReadItsWeightsWhileItMultiplies() {
    double productsUs = 2.0 * 32 * (1000 * 512 + 512 * 10) / 100 / 1e3;
    assertThat(Limits.limit(seed(Task.Work.PREDICT), 100, 20).us()).isEqualTo(productsUs);
    assertThat(Limits.limit(seed(Task.Work.PREDICT), 100, 1_000).us()).isEqualTo(1_000);
  }

  @Test
  void shouldComeBackFromItsArgument() {
    for (Probe.Kind kind : Probe.Kind.values()) {
      Probe probe = new Probe(kind, 4_096);
      assertThat(Probe.parse(probe.argument())).isEqualTo(probe);
    }
  }

  @Test
  void shouldMakeAStepOfEveryProbeAtOddSizes() {
    for (Probe.Kind kind : Probe.Kind.values()) {
      for (int floats : new int[] {3, 300, 20_001}) {
        new Probe(kind, floats).subject().step(0);
      }
    }
  }
}
