package dev.millrace.engine.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class PrequentialTest {
  @Test
  void shouldScoreAClassificationWholeAndOverTheLastThousand() {
    ClassMetrics metrics = (ClassMetrics) Prequential.of(2);
    for (int i = 0; i < 2500; i++) {
      boolean right = i >= 2000 || i % 2 == 0;
      metrics.add(1, right ? 1 : 0, right ? 0.25 : 2);
    }
    assertThat(metrics.figures())
        .containsEntry("accuracy", 1500 / 2500.0)
        .containsEntry("accuracy_window", 0.75);
    assertThat(metrics.figures().get("log_loss"))
        .isCloseTo((1500 * 0.25 + 1000 * 2) / 2500, within(1e-12));
    assertThat(metrics.figures().get("log_loss_window"))
        .isCloseTo((750 * 0.25 + 250 * 2) / 1000, within(1e-12));
  }

  @Test
  void shouldCompareWithTheMajorityAndWithNoChange() {
    ClassMetrics metrics = (ClassMetrics) Prequential.of(3);
    for (int label : new int[] {0, 0, 1, 1, 1, 2}) {
      metrics.add(label, 0, 1);
    }
    assertThat(metrics.baselines())
        .containsEntry("majority", 3 / 6.0)
        .containsEntry("no_change", 3 / 6.0);
  }

  @Test
  void shouldScoreARegressionBesideTheRunningMeanAndTheLastLabel() {
    ValueMetrics metrics = (ValueMetrics) Prequential.of(0);
    double[] labels = {2, 4, 9};
    double[] predicted = {1, 4, 6};
    for (int i = 0; i < labels.length; i++) {
      metrics.add(labels[i], predicted[i]);
    }
    assertThat(metrics.figures().get("mae")).isCloseTo(4 / 3.0, within(1e-12));
    assertThat(metrics.figures().get("rmse")).isCloseTo(Math.sqrt(10 / 3.0), within(1e-12));
    assertThat(metrics.baselines().get("mean")).isCloseTo((2 + 2 + 6) / 3.0, within(1e-12));
    assertThat(metrics.baselines().get("no_change")).isCloseTo((2 + 2 + 5) / 3.0, within(1e-12));
  }

  @Test
  void shouldBoundTheLossOfAnImpossibleEventAndOfNaN() {
    assertThat(ClassMetrics.logLoss(0f)).isCloseTo(34.54, within(0.01));
    assertThat(ClassMetrics.logLoss(Float.NaN)).isCloseTo(34.54, within(0.01));
    assertThat(ClassMetrics.logLoss(1f)).isZero();
  }

  @Test
  void shouldHaveNoFiguresBeforeTheFirstLabel() {
    assertThat(Prequential.of(2).figures()).isEmpty();
    assertThat(Prequential.of(0).baselines()).isEmpty();
  }
}
