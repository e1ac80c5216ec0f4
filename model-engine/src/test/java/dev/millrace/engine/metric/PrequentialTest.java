package dev.millrace.engine.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Map;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

/** Figures worked out by hand, or printed in the literature and in scikit-learn's documentation. */
class PrequentialTest {
  private static final Offset<Double> EXACT = within(1e-12);
  private static final Offset<Double> OF_FLOATS = within(1e-7);

  /** Scores one event at once. */
  private static void add(ClassMetrics metrics, int label, int predicted, float... probabilities) {
    double[] note = new double[metrics.noteLength()];
    metrics.note(label, predicted, probabilities, note);
    metrics.score(note);
  }

  private static void add(ValueMetrics metrics, double label, double predicted) {
    double[] note = new double[metrics.noteLength()];
    metrics.note(label, predicted, note);
    metrics.score(note);
  }

  /** Two classes, whose labels are told with the second one's probability. */
  private static ClassMetrics two(int[] labels, float... probabilities) {
    ClassMetrics metrics = (ClassMetrics) Prequential.of(2);
    for (int i = 0; i < labels.length; i++) {
      float p = probabilities[i];
      add(metrics, labels[i], p > 0.5f ? 1 : 0, 1f - p, p);
    }
    return metrics;
  }

  private static ClassMetrics sure(int classes, int[] labels, int[] predicted) {
    ClassMetrics metrics = (ClassMetrics) Prequential.of(classes);
    for (int i = 0; i < labels.length; i++) {
      float[] probabilities = new float[classes];
      probabilities[predicted[i]] = 1f;
      add(metrics, labels[i], predicted[i], probabilities);
    }
    return metrics;
  }

  @Test
  void shouldScoreAClassificationWholeAndOverTheLastThousand() {
    ClassMetrics metrics = (ClassMetrics) Prequential.of(2);
    for (int i = 0; i < 2500; i++) {
      boolean right = i >= 2000 || i % 2 == 0;
      add(metrics, 1, right ? 1 : 0, right ? 0.25f : 0.75f, right ? 0.75f : 0.25f);
    }
    Map<String, Double> figures = metrics.figures();
    assertThat(figures)
        .containsEntry("accuracy", 1500 / 2500.0)
        .containsEntry("accuracy_window", 0.75);
    double good = -Math.log(0.75);
    double bad = -Math.log(0.25);
    assertThat(figures.get("log_loss")).isCloseTo((1500 * good + 1000 * bad) / 2500, EXACT);
    assertThat(figures.get("log_loss_window")).isCloseTo((750 * good + 250 * bad) / 1000, EXACT);
  }

  @Test
  void shouldCompareWithTheMajorityAndWithNoChange() {
    ClassMetrics metrics = sure(3, new int[] {0, 0, 1, 1, 1, 2}, new int[6]);
    assertThat(metrics.baselines())
        .containsEntry("majority", 3 / 6.0) // always 1
        .containsEntry("majority_running", 2 / 6.0) // 0 0 0 0 0 1: among equals the first
        .containsEntry("no_change", 3 / 6.0);
  }

  @Test
  void shouldGiveThePriorOneEventOfEachClassBeforehand() {
    ClassMetrics metrics = sure(2, new int[] {0, 0, 1}, new int[3]);
    double expected = -(Math.log(1 / 2.0) + Math.log(2 / 3.0) + Math.log(1 / 4.0)) / 3;
    assertThat(metrics.baselines().get("prior_log_loss")).isCloseTo(expected, EXACT);
  }

  /** Labels that are scored late are late for the baselines, too. */
  @Test
  void shouldNotLetABaselineKnowALabelThatIsToCome() {
    ClassMetrics metrics = (ClassMetrics) Prequential.of(2);
    double[][] notes = new double[4][metrics.noteLength()];
    for (int i = 0; i < 4; i++) {
      metrics.note(1, 1, new float[] {0, 1}, notes[i]);
      if (i >= 2) {
        metrics.score(notes[i - 2]);
      }
    }
    metrics.score(notes[2]);
    metrics.score(notes[3]);
    assertThat(metrics.baselines())
        .containsEntry("no_change", 1 / 4.0)
        .containsEntry("majority_running", 1 / 4.0);
    double expected = -(3 * Math.log(1 / 2.0) + Math.log(2 / 3.0)) / 4;
    assertThat(metrics.baselines().get("prior_log_loss")).isCloseTo(expected, EXACT);
  }

  /** Cohen's kappa of 20, 5, 10 and 15 events: 0.4. */
  @Test
  void shouldSayByHowMuchAccuracyIsBeyondChance() {
    ClassMetrics metrics = (ClassMetrics) Prequential.of(2);
    int[][] cells = {{0, 0, 20}, {0, 1, 5}, {1, 0, 10}, {1, 1, 15}};
    for (int[] cell : cells) {
      for (int i = 0; i < cell[2]; i++) {
        add(metrics, cell[0], cell[1], 0.5f, 0.5f);
      }
    }
    assertThat(metrics.figures().get("kappa")).isCloseTo(0.4, EXACT);
  }

  /** Right in 3 of 4, where the label before is right in 2 of 4: (0.75 − 0.5) / (1 − 0.5). */
  @Test
  void shouldSayByHowMuchAccuracyIsBeyondNoChange() {
    ClassMetrics metrics = sure(2, new int[] {0, 0, 0, 1}, new int[] {0, 0, 0, 0});
    assertThat(metrics.figures().get("kappa_temporal")).isCloseTo(0.5, EXACT);
    assertThat(metrics.figures()).containsEntry("kappa", 0.0);
  }

  @Test
  void shouldBalanceAccuracyAndF1AsScikitLearnDoes() {
    ClassMetrics two = sure(2, new int[] {0, 1, 0, 0, 1, 0}, new int[] {0, 1, 0, 0, 0, 1});
    assertThat(two.figures().get("balanced_accuracy")).isCloseTo(0.625, EXACT);
    ClassMetrics three = sure(3, new int[] {0, 1, 2, 0, 1, 2}, new int[] {0, 2, 1, 0, 0, 1});
    assertThat(three.figures().get("f1")).isCloseTo(0.8 / 3, EXACT);
    ClassMetrics binary = sure(2, new int[] {0, 1, 0, 0, 1, 0, 1}, new int[] {0, 1, 0, 0, 0, 1, 1});
    assertThat(binary.figures().get("f1")).isCloseTo(2 / 3.0, EXACT);
  }

  @Test
  void shouldRankAsScikitLearnDoes() {
    Map<String, Double> figures = two(new int[] {0, 0, 1, 1}, 0.1f, 0.4f, 0.35f, 0.8f).figures();
    for (String suffix : new String[] {"", "_window"}) {
      assertThat(figures.get("roc_auc" + suffix)).isCloseTo(0.75, EXACT);
      assertThat(figures.get("pr_auc" + suffix)).isCloseTo(0.5 * (1 + 2 / 3.0), EXACT);
    }
  }

  @Test
  void shouldCountEqualScoresHalfAndRankNothingWithoutBothClasses() {
    assertThat(two(new int[] {0, 1, 1}, 0.3f, 0.3f, 0.3f).figures())
        .containsEntry("roc_auc", 0.5)
        .containsEntry("roc_auc_window", 0.5)
        .containsEntry("pr_auc", 2 / 3.0);
    assertThat(two(new int[] {1, 1}, 0.3f, 0.4f).figures())
        .doesNotContainKeys("roc_auc", "pr_auc", "roc_auc_window", "pr_auc_window");
  }

  @Test
  void shouldScoreProbabilitiesAsScikitLearnDoes() {
    Map<String, Double> brier = two(new int[] {0, 1, 1, 0}, 0.1f, 0.9f, 0.8f, 0.3f).figures();
    assertThat(brier.get("brier")).isCloseTo(0.0375, OF_FLOATS);
    Map<String, Double> loss = two(new int[] {1, 0, 0, 1}, 0.9f, 0.1f, 0.2f, 0.65f).figures();
    assertThat(loss.get("log_loss")).isCloseTo(0.21616, within(1e-5));
  }

  /** Confidences 0.9 and 0.92 lie in one bin, 0.7 in another: (|1 − 1.82| + |1 − 0.7|) / 3. */
  @Test
  void shouldSayHowFarConfidenceIsFromAccuracy() {
    Map<String, Double> figures = two(new int[] {1, 0, 1}, 0.88f, 0.92f, 0.7f).figures();
    assertThat(figures.get("ece")).isCloseTo((0.8 + 0.3) / 3, OF_FLOATS);
  }

  @Test
  void shouldScoreARegressionBesideTheRunningMeanAndTheLastLabel() {
    ValueMetrics metrics = (ValueMetrics) Prequential.of(0);
    double[] labels = {2, 4, 9};
    double[] predicted = {1, 4, 6};
    for (int i = 0; i < labels.length; i++) {
      add(metrics, labels[i], predicted[i]);
    }
    assertThat(metrics.figures().get("mae")).isCloseTo(4 / 3.0, EXACT);
    assertThat(metrics.figures().get("rmse")).isCloseTo(Math.sqrt(10 / 3.0), EXACT);
    assertThat(metrics.figures().get("r2")).isCloseTo(1 - 10 / 26.0, EXACT);
    assertThat(metrics.figures()).doesNotContainKey("quantile_loss");
    Map<String, Double> baselines = metrics.baselines();
    assertThat(baselines.get("mean")).isCloseTo((2 + 2 + 6) / 3.0, EXACT);
    assertThat(baselines.get("mean_rmse")).isCloseTo(Math.sqrt((4 + 4 + 36) / 3.0), EXACT);
    assertThat(baselines.get("no_change")).isCloseTo((2 + 2 + 5) / 3.0, EXACT);
    assertThat(baselines.get("no_change_rmse")).isCloseTo(Math.sqrt((4 + 4 + 25) / 3.0), EXACT);
  }

  @Test
  void shouldExplainVarianceAndLoseQuantilesAsScikitLearnDoes() {
    ValueMetrics metrics = (ValueMetrics) Prequential.of(0);
    add(metrics, 5, 5);
    assertThat(metrics.figures()).as("one label").doesNotContainKeys("r2", "r2_window");
    metrics.reset();
    add(metrics, 3, 2.5);
    add(metrics, -0.5, 0);
    add(metrics, 2, 2);
    add(metrics, 7, 8);
    assertThat(metrics.figures().get("r2")).isCloseTo(0.948608137, within(1e-9));
    assertThat(metrics.figures().get("r2_window")).isCloseTo(0.948608137, within(1e-9));
    ValueMetrics low = (ValueMetrics) Prequential.of(0, 0.1);
    ValueMetrics high = (ValueMetrics) Prequential.of(0, 0.9);
    double[] labels = {1, 2, 3};
    double[] predicted = {0, 2, 3};
    for (int i = 0; i < 3; i++) {
      add(low, labels[i], predicted[i]);
      add(high, labels[i], predicted[i]);
    }
    assertThat(low.figures().get("quantile_loss")).isCloseTo(0.1 / 3, EXACT);
    assertThat(high.figures().get("quantile_loss")).isCloseTo(0.9 / 3, EXACT);
  }

  @Test
  void shouldBoundTheLossOfAnImpossibleEventAndOfNaN() {
    ClassMetrics metrics = new ClassMetrics(2);
    assertThat(metrics.logLoss(0f)).isCloseTo(34.54, within(0.01));
    assertThat(metrics.logLoss(Float.NaN)).isCloseTo(34.54, within(0.01));
    assertThat(metrics.logLoss(1f)).isZero();
  }

  @Test
  void shouldHaveNoFiguresBeforeTheFirstLabel() {
    for (int classes : new int[] {0, 2, 3}) {
      assertThat(Prequential.of(classes).figures()).isEmpty();
      assertThat(Prequential.of(classes).baselines()).isEmpty();
    }
  }
}
