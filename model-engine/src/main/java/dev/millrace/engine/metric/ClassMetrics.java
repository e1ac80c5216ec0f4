package dev.millrace.engine.metric;

import dev.millrace.engine.state.StateArray;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How well classes and their probabilities are predicted: accuracy, balanced accuracy, F1, Cohen's
 * kappa, kappa-temporal, log loss, Brier score and expected calibration error, whole, windowed and
 * fading; ROC AUC and average precision, whole and, of two classes, windowed. {@code
 * docs/metrics.md} has the formulas.
 *
 * <p>Baselines: {@code no_change} says the label before (the first counts as wrong), {@code
 * majority_running} the most frequent class of the labels before, the first among equals, and
 * {@code prior_log_loss} is that of the shares of the labels before, one added to each count.
 * {@code majority} is the share of the most frequent class of all labels, which nobody could know
 * before.
 */
public final class ClassMetrics implements Prequential {
  private static final int EVENTS = 0;
  private static final int LAST = 1;
  private static final int MOST_FREQUENT = 2;

  private final int classes;
  private final int scores;
  private final long[] counts = new long[3];
  private final ClassTally whole;
  private final ClassTally fading;
  private final Fading weights = new Fading();
  private final Window window;
  private final Optional<Ranking> ranking;
  private double lastProbability = Double.NaN;
  private double lastLoss;

  ClassMetrics(int classes) {
    this.classes = classes;
    whole = new ClassTally(classes);
    fading = new ClassTally(classes);
    window = new Window(ClassTally.SCORES + (classes == 2 ? 1 : 0));
    ranking = Ranking.of(classes);
    scores = Ranking.scores(classes);
  }

  /**
   * Natural log loss of the true class, its probability taken as at least 1e-15. The last is kept,
   * as it is asked for when a prediction is made and when it is scored.
   */
  public double logLoss(double probability) {
    if (probability != lastProbability) {
      lastProbability = probability;
      lastLoss = ClassTally.logLoss(probability);
    }
    return lastLoss;
  }

  @Override
  public int noteLength() {
    return ClassTally.SCORES + scores;
  }

  /**
   * Notes a prediction, to be scored when its label is known.
   *
   * @param probabilities one a class, from 0 to 1
   */
  public void note(int label, int predicted, float[] probabilities, double[] note) {
    boolean noChange = counts[EVENTS] > 0 && counts[LAST] == label;
    boolean majority = counts[MOST_FREQUENT] == label;
    note[ClassTally.LABEL] = label;
    note[ClassTally.PREDICTED] = predicted;
    note[ClassTally.CONFIDENCE] = probabilities[predicted];
    note[ClassTally.TRUE_CLASS] = probabilities[label];
    note[ClassTally.BRIER] = brier(label, probabilities);
    note[ClassTally.BASELINES] =
        (noChange ? ClassTally.NO_CHANGE_HIT : 0) + (majority ? ClassTally.MAJORITY_HIT : 0);
    note[ClassTally.PRIOR] = (whole.labels(label) + 1) / (counts[EVENTS] + classes);
    int first = classes - scores; // of two classes the second is the one that is ranked
    for (int i = 0; i < scores; i++) {
      note[ClassTally.SCORES + i] = probabilities[first + i];
    }
  }

  /** The squared distance from what was to be said; of two classes half of it, which is 0 to 1. */
  private double brier(int label, float[] probabilities) {
    double sum = 0;
    for (int k = 0; k < classes; k++) {
      double gap = probabilities[k] - (k == label ? 1.0 : 0.0);
      sum += gap * gap;
    }
    return classes == 2 ? sum / 2 : sum;
  }

  @Override
  public void score(double[] note) {
    int label = (int) note[ClassTally.LABEL];
    double logLoss = logLoss(note[ClassTally.TRUE_CLASS]);
    double priorLoss = ClassTally.logLoss(note[ClassTally.PRIOR]);
    whole.add(1, note, logLoss, priorLoss);
    fading.add(weights.next(fading.sums()), note, logLoss, priorLoss);
    window.put(counts[EVENTS]++, note);
    if (scores > 0) {
      ranking.get().add(label, note, ClassTally.SCORES);
    }
    counts[LAST] = label;
    int most = (int) counts[MOST_FREQUENT];
    double more = whole.labels(label) - whole.labels(most);
    if (more > 0 || more == 0 && label < most) {
      counts[MOST_FREQUENT] = label;
    }
  }

  /** How it stands with each class, and with the probabilities, of late. */
  public ClassView view() {
    return fading.view();
  }

  @Override
  public Map<String, Double> figures() {
    Map<String, Double> figures = new LinkedHashMap<>();
    if (counts[EVENTS] > 0) {
      whole.figures("", figures);
      ranking.ifPresent(r -> r.figures(figures));
      windowed().figures("_window", figures);
      if (classes == 2) {
        rankWindow(figures);
      }
      fading.figures("_fading", figures);
    }
    return figures;
  }

  @Override
  public Map<String, Double> baselines() {
    Map<String, Double> figures = new LinkedHashMap<>();
    if (counts[EVENTS] > 0) {
      figures.put("majority", whole.majorityShare());
      whole.baselines("", figures);
      windowed().baselines("_window", figures);
      fading.baselines("_fading", figures);
    }
    return figures;
  }

  private ClassTally windowed() {
    ClassTally tally = new ClassTally(classes);
    double[] note = new double[noteLength()];
    for (int i = 0; i < Window.filled(counts[EVENTS]); i++) {
      window.get(i, note);
      tally.add(
          1,
          note,
          ClassTally.logLoss(note[ClassTally.TRUE_CLASS]),
          ClassTally.logLoss(note[ClassTally.PRIOR]));
    }
    return tally;
  }

  /** Of so few events every score is its own bin, so that the figures are exact. */
  private void rankWindow(Map<String, Double> figures) {
    int filled = Window.filled(counts[EVENTS]);
    double[] sorted = new double[filled];
    for (int i = 0; i < filled; i++) {
      sorted[i] = window.get(i, ClassTally.SCORES);
    }
    Arrays.sort(sorted);
    long[][] histograms = new long[2][filled];
    for (int i = 0; i < filled; i++) {
      int rank = Arrays.binarySearch(sorted, window.get(i, ClassTally.SCORES));
      while (rank > 0 && sorted[rank - 1] == sorted[rank]) {
        rank--; // equal scores share the first one's place
      }
      histograms[(int) window.get(i, ClassTally.LABEL)][rank]++;
    }
    if (Arrays.stream(histograms[0]).sum() > 0 && Arrays.stream(histograms[1]).sum() > 0) {
      figures.put("roc_auc_window", Ranking.area(histograms[1], histograms[0]));
      figures.put("pr_auc_window", Ranking.averagePrecision(histograms[1], histograms[0]));
    }
  }

  @Override
  public void reset() {
    Arrays.fill(counts, 0);
    whole.reset();
    fading.reset();
    weights.reset();
    window.reset();
    ranking.ifPresent(Ranking::reset);
  }

  @Override
  public List<StateArray> state() {
    List<StateArray> state = new ArrayList<>();
    state.add(StateArray.of("metric/counts", counts));
    state.add(StateArray.of("metric/whole", whole.sums()));
    state.add(StateArray.of("metric/fading", fading.sums()));
    state.add(weights.state());
    state.add(window.state());
    ranking.ifPresent(r -> state.add(r.state()));
    return state;
  }
}
