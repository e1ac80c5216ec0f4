package dev.millrace.engine.metric;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * Weighted sums over scored classifications, and what follows from them. Whole figures are those of
 * weights 1, fading ones of weights that grow, windowed ones of a tally made anew.
 *
 * <pre>
 *   weight | log loss | Brier | no-change hits | majority hits | prior log loss
 *   then by class: labels | predictions | hits
 *   then by bin of confidence: events | confidence | hits
 * </pre>
 */
final class ClassTally {
  // What a note says of a prediction. Its scores follow from SCORES on.
  static final int LABEL = 0;
  static final int PREDICTED = 1;
  static final int CONFIDENCE = 2; // probability of the predicted class
  static final int TRUE_CLASS = 3; // probability of the label's class
  static final int BRIER = 4;
  static final int BASELINES = 5; // NO_CHANGE_HIT + MAJORITY_HIT
  static final int PRIOR = 6; // what the class prior gives the label's class
  static final int SCORES = 7;

  static final int NO_CHANGE_HIT = 1;
  static final int MAJORITY_HIT = 2;

  /** Bins of equal width over the confidence. */
  private static final int BINS = 15;

  private static final double PROBABILITY_MIN = 1e-15;

  private static final int WEIGHT = 0;
  private static final int LOG_LOSS_SUM = 1;
  private static final int BRIER_SUM = 2;
  private static final int NO_CHANGE_SUM = 3;
  private static final int MAJORITY_SUM = 4;
  private static final int PRIOR_LOSS_SUM = 5;
  private static final int BY_CLASS = 6;

  private final int classes;
  private final int byBin;
  private final double[] sums;

  ClassTally(int classes) {
    this.classes = classes;
    byBin = BY_CLASS + 3 * classes;
    sums = new double[byBin + 3 * BINS];
  }

  /** Natural log loss of a probability, taken as at least 1e-15; NaN counts as 0. */
  static double logLoss(double probability) {
    return -StrictMath.log(probability > PROBABILITY_MIN ? probability : PROBABILITY_MIN);
  }

  /** All sums, to be scaled and kept. */
  double[] sums() {
    return sums;
  }

  void add(double weight, double[] note, double logLoss, double priorLoss) {
    int label = (int) note[LABEL];
    int predicted = (int) note[PREDICTED];
    int baselines = (int) note[BASELINES];
    double hit = label == predicted ? weight : 0;
    sums[WEIGHT] += weight;
    sums[LOG_LOSS_SUM] += weight * logLoss;
    sums[BRIER_SUM] += weight * note[BRIER];
    sums[NO_CHANGE_SUM] += (baselines & NO_CHANGE_HIT) != 0 ? weight : 0;
    sums[MAJORITY_SUM] += (baselines & MAJORITY_HIT) != 0 ? weight : 0;
    sums[PRIOR_LOSS_SUM] += weight * priorLoss;
    sums[BY_CLASS + label] += weight;
    sums[BY_CLASS + classes + predicted] += weight;
    sums[BY_CLASS + 2 * classes + label] += hit;
    int bin = byBin + Math.min(BINS - 1, (int) (note[CONFIDENCE] * BINS));
    sums[bin] += weight;
    sums[bin + BINS] += weight * note[CONFIDENCE];
    sums[bin + 2 * BINS] += hit;
  }

  /** The weight of events with this label. */
  double labels(int label) {
    return sums[BY_CLASS + label];
  }

  /** The share of the most frequent label of all: what one constant could have had in hindsight. */
  double majorityShare() {
    double most = 0;
    for (int k = 0; k < classes; k++) {
      most = Math.max(most, labels(k));
    }
    return most / sums[WEIGHT];
  }

  void figures(String suffix, Map<String, Double> into) {
    double accuracy = hits() / sums[WEIGHT];
    into.put("accuracy" + suffix, accuracy);
    into.put("balanced_accuracy" + suffix, balancedAccuracy());
    into.put("f1" + suffix, classes == 2 ? f1(1) : macroF1());
    into.put("kappa" + suffix, beyond(accuracy, chance()));
    into.put("kappa_temporal" + suffix, beyond(accuracy, sums[NO_CHANGE_SUM] / sums[WEIGHT]));
    into.put("log_loss" + suffix, sums[LOG_LOSS_SUM] / sums[WEIGHT]);
    into.put("brier" + suffix, sums[BRIER_SUM] / sums[WEIGHT]);
    into.put("ece" + suffix, calibrationError());
  }

  void baselines(String suffix, Map<String, Double> into) {
    into.put("no_change" + suffix, sums[NO_CHANGE_SUM] / sums[WEIGHT]);
    into.put("majority_running" + suffix, sums[MAJORITY_SUM] / sums[WEIGHT]);
    into.put("prior_log_loss" + suffix, sums[PRIOR_LOSS_SUM] / sums[WEIGHT]);
  }

  private double hits() {
    double hits = 0;
    for (int k = 0; k < classes; k++) {
      hits += hits(k);
    }
    return hits;
  }

  private double hits(int k) {
    return sums[BY_CLASS + 2 * classes + k];
  }

  private double predictions(int k) {
    return sums[BY_CLASS + classes + k];
  }

  private double balancedAccuracy() {
    double recalls = 0;
    int seen = 0;
    for (int k = 0; k < classes; k++) {
      if (labels(k) > 0) {
        recalls += hits(k) / labels(k);
        seen++;
      }
    }
    return recalls / seen;
  }

  private double f1(int k) {
    double either = labels(k) + predictions(k);
    return either > 0 ? 2 * hits(k) / either : 0;
  }

  private double macroF1() {
    double sum = 0;
    int seen = 0;
    for (int k = 0; k < classes; k++) {
      sum += f1(k);
      seen += labels(k) + predictions(k) > 0 ? 1 : 0;
    }
    return sum / seen;
  }

  /** The accuracy of a guesser that says each class as often as the model does. */
  private double chance() {
    double chance = 0;
    for (int k = 0; k < classes; k++) {
      chance += labels(k) / sums[WEIGHT] * (predictions(k) / sums[WEIGHT]);
    }
    return chance;
  }

  /** By how much of what was left an accuracy is beyond another's; 0 if nothing was left. */
  private static double beyond(double accuracy, double other) {
    return other < 1 ? (accuracy - other) / (1 - other) : 0;
  }

  private double calibrationError() {
    double gaps = 0;
    for (int bin = byBin; bin < byBin + BINS; bin++) {
      gaps += Math.abs(sums[bin + 2 * BINS] - sums[bin + BINS]);
    }
    return gaps / sums[WEIGHT];
  }

  ClassView view() {
    List<ClassView.OfClass> byClass = new ArrayList<>();
    for (int k = 0; k < classes; k++) {
      byClass.add(new ClassView.OfClass(labels(k), predictions(k), hits(k)));
    }
    List<ClassView.Bin> bins = new ArrayList<>();
    for (int bin = byBin; bin < byBin + BINS; bin++) {
      bins.add(new ClassView.Bin(sums[bin], sums[bin + BINS], sums[bin + 2 * BINS]));
    }
    return new ClassView(byClass, bins);
  }

  void reset() {
    Arrays.fill(sums, 0);
  }
}
