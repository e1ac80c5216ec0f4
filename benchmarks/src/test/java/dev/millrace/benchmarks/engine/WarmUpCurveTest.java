package dev.millrace.benchmarks.engine;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class WarmUpCurveTest {
  private static final long MS = 1_000_000;

  /** A first step of 100 ms, 299 of 10 ms, and then 1 ms each. */
  private static WarmUpCurve curve() {
    WarmUpCurve curve = new WarmUpCurve();
    long ns = 0;
    for (int step = 1; step <= 5_000; step++) {
      ns += (step == 1 ? 100 : step <= 300 ? 10 : 1) * MS;
      curve.ended(1, ns);
    }
    return curve;
  }

  @Test
  void shouldTimeTheFirstStepAndTheFirstTwoHundred() {
    assertThat(curve().firstStepMs()).isEqualTo(100);
    assertThat(curve().firstStepsMs()).isEqualTo(100 + 199 * 10);
  }

  @Test
  void shouldCallTheSecondHalfSteady() {
    assertThat(curve().steadyUs()).containsOnly(1_000.0);
  }

  @Test
  void shouldBeWarmAtTheEndOfTheFirstWindowOfFastSteps() {
    // 30 windows of ten slow steps end at 3.09 s; the next, of 20 ms, is fast
    assertThat(curve().warmAfterS()).isEqualTo(3.11);
  }

  @Test
  void shouldCountStepsThatEndTogether() {
    WarmUpCurve curve = new WarmUpCurve();
    for (int window = 1; window <= 10; window++) {
      curve.ended(20, window * 20 * MS);
    }
    assertThat(curve.steadyUs()).containsOnly(1_000.0);
  }
}
