package dev.millrace.engine.metric;

import java.util.Arrays;
import java.util.Map;

/**
 * Weighted sums over scored values, for the model and two baselines: absolute and squared error,
 * and quantile loss. Whole figures are those of weights 1, fading ones of weights that grow,
 * windowed ones of a tally made anew.
 */
final class ValueTally {
  // What a note says of a prediction.
  static final int LABEL = 0;
  static final int PREDICTED = 1;
  static final int MEAN = 2; // of the labels before
  static final int NO_CHANGE = 3; // the label before
  static final int COLUMNS = 4;

  private static final int WEIGHT = 0;
  private static final int ABSOLUTE = 1; // and so on for each predictor, in the order of the note
  private static final int SQUARED = 2;
  private static final int QUANTILE = 3;
  private static final int SUMS = 3; // a predictor

  private final double quantile; // NaN if none is predicted
  private final double[] sums = new double[1 + SUMS * (COLUMNS - 1)];

  ValueTally(double quantile) {
    this.quantile = quantile;
  }

  /** All sums, to be scaled and kept. */
  double[] sums() {
    return sums;
  }

  void add(double weight, double[] note) {
    sums[WEIGHT] += weight;
    for (int i = PREDICTED, at = 0; i < COLUMNS; i++, at += SUMS) {
      double error = note[i] - note[LABEL];
      sums[at + ABSOLUTE] += weight * Math.abs(error);
      sums[at + SQUARED] += weight * (error * error);
      sums[at + QUANTILE] += weight * quantileLoss(error);
    }
  }

  /** max(q·e, (q − 1)·e) of label less prediction e (Koenker and Bassett 1978); 0 without a q. */
  private double quantileLoss(double error) {
    return Double.isNaN(quantile) ? 0 : Math.max(-quantile * error, (1 - quantile) * error);
  }

  /** The sum of the model's squared errors. */
  double squared() {
    return sums[SQUARED];
  }

  void figures(String suffix, Map<String, Double> into) {
    put("mae" + suffix, "rmse" + suffix, "quantile_loss" + suffix, PREDICTED, into);
  }

  void baselines(String suffix, Map<String, Double> into) {
    put("mean" + suffix, "mean_rmse" + suffix, "mean_quantile_loss" + suffix, MEAN, into);
    put(
        "no_change" + suffix,
        "no_change_rmse" + suffix,
        "no_change_quantile_loss" + suffix,
        NO_CHANGE,
        into);
  }

  private void put(
      String absolute, String squared, String loss, int predictor, Map<String, Double> into) {
    int at = (predictor - PREDICTED) * SUMS;
    into.put(absolute, sums[at + ABSOLUTE] / sums[WEIGHT]);
    into.put(squared, Math.sqrt(sums[at + SQUARED] / sums[WEIGHT]));
    if (!Double.isNaN(quantile)) {
      into.put(loss, sums[at + QUANTILE] / sums[WEIGHT]);
    }
  }

  void reset() {
    Arrays.fill(sums, 0);
  }
}
