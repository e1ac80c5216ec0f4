package dev.millrace.engine.metric;

import dev.millrace.engine.state.StateArray;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Accuracy (share, 0 to 1) and log loss (nats) of a classification. Baselines: {@code majority},
 * the share of the most frequent class of all labels; {@code no_change}, the share of labels equal
 * to the one before (the first counts as wrong).
 */
public final class ClassMetrics implements Prequential {
  private static final double PROBABILITY_MIN = 1e-15;
  private static final int EVENTS = 0;
  private static final int CORRECT = 1;
  private static final int UNCHANGED = 2;
  private static final int LAST = 3;
  private final long[] counts = new long[4];
  private final long[] labels;
  private final double[] sum = new double[1];
  private final Window correct = new Window();
  private final Window loss = new Window();

  ClassMetrics(int classes) {
    labels = new long[classes];
  }

  /** Natural log loss of the true class, its probability taken as at least 1e-15. */
  public static double logLoss(float probability) {
    return -StrictMath.log(probability > PROBABILITY_MIN ? probability : PROBABILITY_MIN);
  }

  /** Scores one event. */
  public void add(int label, int predicted, double logLoss) {
    long n = counts[EVENTS]++;
    int hit = label == predicted ? 1 : 0;
    counts[CORRECT] += hit;
    counts[UNCHANGED] += n > 0 && counts[LAST] == label ? 1 : 0;
    counts[LAST] = label;
    labels[label]++;
    sum[0] += logLoss;
    correct.put(n, hit);
    loss.put(n, logLoss);
  }

  @Override
  public Map<String, Double> figures() {
    Map<String, Double> figures = new LinkedHashMap<>();
    long n = counts[EVENTS];
    if (n > 0) {
      figures.put("accuracy", (double) counts[CORRECT] / n);
      figures.put("log_loss", sum[0] / n);
      figures.put("accuracy_window", correct.mean(n));
      figures.put("log_loss_window", loss.mean(n));
    }
    return figures;
  }

  @Override
  public Map<String, Double> baselines() {
    Map<String, Double> figures = new LinkedHashMap<>();
    long n = counts[EVENTS];
    if (n > 0) {
      figures.put("majority", (double) Arrays.stream(labels).max().orElseThrow() / n);
      figures.put("no_change", (double) counts[UNCHANGED] / n);
    }
    return figures;
  }

  @Override
  public void reset() {
    Arrays.fill(counts, 0);
    Arrays.fill(labels, 0);
    sum[0] = 0;
    correct.reset();
    loss.reset();
  }

  @Override
  public List<StateArray> state() {
    return List.of(
        StateArray.of("metric/counts", counts),
        StateArray.of("metric/labels", labels),
        StateArray.of("metric/sums", sum),
        correct.state("metric/window.correct"),
        loss.state("metric/window.loss"));
  }
}
