package dev.millrace.engine.metric;

import dev.millrace.engine.state.StateArray;
import java.util.List;
import java.util.Map;

/**
 * Progressive validation: every labelled event is scored with the prediction made before it was
 * learned (Dawid 1984). Sums are kept in offset order and in double precision.
 */
public sealed interface Prequential permits ClassMetrics, ValueMetrics {
  /** Events of the moving window. */
  int WINDOW = 1000;

  /** Metrics for a classification, or for a regression if there are no classes. */
  static Prequential of(int classes) {
    return classes == 0 ? new ValueMetrics() : new ClassMetrics(classes);
  }

  /** The figures by name, whole and windowed; none before the first labelled event. */
  Map<String, Double> figures();

  /** The same figures for predictors that learn nothing. */
  Map<String, Double> baselines();

  /** Begins anew, as for another epoch. */
  void reset();

  /** What must survive. */
  List<StateArray> state();
}
