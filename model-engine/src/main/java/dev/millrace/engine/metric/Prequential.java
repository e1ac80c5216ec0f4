package dev.millrace.engine.metric;

import dev.millrace.engine.state.StateArray;
import java.util.List;
import java.util.Map;

/**
 * Progressive validation: every labelled event is scored with the prediction made before it was
 * learned (Dawid 1984). Figures come whole, over the last {@value #WINDOW} labelled events (suffix
 * {@code _window}) and fading (suffix {@code _fading}), where an event counts {@value #FADING}
 * times as much as the one after it (Gama, Sebastião and Rodrigues 2013). Sums are kept in the
 * order of the labels and in double precision.
 *
 * <p>What is to be remembered of a prediction is noted when it is made, what the baselines say
 * included, and scored when the label is known: at once, or later if labels come late. So neither
 * the model nor a baseline knows a label before it could.
 */
public sealed interface Prequential permits ClassMetrics, ValueMetrics {
  /** Events of the moving window. */
  int WINDOW = 1000;

  /** How much an event counts in fading figures, beside the one after it. */
  double FADING = 0.999;

  /** Metrics for a classification, or for a regression if there are no classes. */
  static Prequential of(int classes) {
    return of(classes, Double.NaN);
  }

  /**
   * Metrics for a classification, or for a regression if there are no classes.
   *
   * @param quantile which one a regression predicts; NaN if it predicts none
   */
  static Prequential of(int classes, double quantile) {
    return classes == 0 ? new ValueMetrics(quantile) : new ClassMetrics(classes);
  }

  /** How many numbers a note has. */
  int noteLength();

  /** Scores an event by what was noted of its prediction. */
  void score(double[] note);

  /** The figures by name; none before the first label. Every one is finite if the labels are. */
  Map<String, Double> figures();

  /** The same figures for predictors that learn nothing. */
  Map<String, Double> baselines();

  /** Begins anew, as for another epoch. */
  void reset();

  /** What must survive. */
  List<StateArray> state();
}
