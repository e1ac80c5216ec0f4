package dev.millrace.engine;

import dev.millrace.engine.feature.TargetScaler;
import dev.millrace.engine.kernel.Elementary;
import dev.millrace.engine.loss.LossSpec;
import dev.millrace.engine.metric.ClassMetrics;
import dev.millrace.engine.metric.Intervals;
import dev.millrace.engine.metric.Prequential;
import dev.millrace.engine.metric.Threshold;
import dev.millrace.engine.metric.ValueMetrics;
import dev.millrace.engine.model.ModelSpec;
import dev.millrace.engine.state.StateArray;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What becomes of a model's outputs: a prediction in the label's own terms, with its bounds, and
 * figures of how predictions turned out. A prediction is noted when it is made and scored when its
 * label is known.
 */
final class Scoring {
  private final int classes;
  private final LossSpec.Kind kind;
  private final TargetScaler targetScaler;
  private final Prequential metrics;
  private final Optional<Intervals> intervals;
  private final Optional<Threshold> threshold;
  private final Outcome outcome;
  private final double[] note; // of a prediction that is scored at once

  Scoring(ModelSpec spec, TargetScaler targetScaler) {
    this.targetScaler = targetScaler;
    classes = spec.label().classes().size();
    kind = spec.loss().kind();
    metrics = Prequential.of(classes, quantile(spec.loss()));
    double coverage = spec.label().coverage();
    intervals =
        coverage == 0
            ? Optional.empty()
            : Optional.of(new Intervals(coverage, metrics.noteLength(), classes));
    threshold = Optional.ofNullable(spec.label().imbalanceOrNone().threshold()).map(Threshold::new);
    outcome = new Outcome(Math.max(1, classes));
    note = new double[metrics.noteLength() + (coverage == 0 ? 0 : Intervals.COLUMNS)];
  }

  private static double quantile(LossSpec loss) {
    return loss.name().equals("quantile") ? loss.get("quantile") : Double.NaN;
  }

  Prequential metrics() {
    return metrics;
  }

  /** The prediction at hand; the same object every time. */
  Outcome outcome() {
    return outcome;
  }

  /** Where a prediction is noted that is scored at once; the same array every time. */
  double[] noteAtOnce() {
    return note;
  }

  /** Puts a row of the model's outputs, which begins at a place, into the outcome. */
  void predict(float[] outputs, int at, int width) {
    if (classes == 0) {
      double value = targetScaler.unscale(outputs[at]);
      outcome.outputs[0] = (float) value;
      outcome.predictedValue = value;
    } else {
      fillProbabilities(outputs, at, width);
    }
  }

  private void fillProbabilities(float[] outputs, int at, int width) {
    float[] probabilities = outcome.outputs;
    if (width == 1) {
      float yes = kind == LossSpec.Kind.MARGIN ? probability(outputs[at]) : outputs[at];
      probabilities[0] = 1f - yes;
      probabilities[1] = yes;
    } else {
      System.arraycopy(outputs, at, probabilities, 0, classes);
    }
    sayNothingUnlessNumbers(probabilities);
    outcome.predictedClass =
        threshold.isPresent()
            ? threshold.get().isReached(probabilities[1]) ? 1 : 0
            : mostProbable(probabilities);
  }

  private static int mostProbable(float[] probabilities) {
    int best = 0;
    for (int i = 1; i < probabilities.length; i++) {
      best = probabilities[i] > probabilities[best] ? i : best;
    }
    return best;
  }

  /**
   * A row whose sums were too large is known nothing of. Besides, which of NaN's many bits came out
   * would depend on how the JVM compiled the sums.
   */
  private static void sayNothingUnlessNumbers(float[] probabilities) {
    for (float probability : probabilities) {
      if (Float.isNaN(probability)) {
        Arrays.fill(probabilities, 1f / probabilities.length);
        return;
      }
    }
  }

  /** Rises with the margin and is 1/2 at 0; a fixed map, which nothing calibrates. */
  private static float probability(float margin) {
    return Elementary.sigmoid(2f * margin);
  }

  /**
   * Completes the outcome, and notes it if there is a label.
   *
   * @param label NaN if the event has none
   */
  void note(double label, boolean labelled, double[] toNote) {
    outcome.labelled = labelled;
    outcome.label = label;
    outcome.loss = Double.NaN;
    if (labelled) {
      noteLoss(label, toNote);
    }
    if (intervals.isPresent()) {
      bound(intervals.get(), toNote);
    }
  }

  private void noteLoss(double label, double[] toNote) {
    switch (metrics) {
      case ClassMetrics m -> {
        outcome.loss = m.logLoss(outcome.outputs[(int) label]);
        m.note((int) label, outcome.predictedClass, outcome.outputs, toNote);
      }
      case ValueMetrics m -> {
        double value = outcome.predictedValue;
        outcome.loss = (value - label) * (value - label);
        m.note(label, value, toNote);
      }
    }
  }

  /** Says between which bounds the label should lie, and notes them. */
  private void bound(Intervals bounds, double[] toNote) {
    double bound = bounds.bound();
    double score;
    double size;
    if (classes == 0) {
      outcome.lower = outcome.predictedValue - bound;
      outcome.upper = outcome.predictedValue + bound;
      score = Math.abs(outcome.predictedValue - outcome.label);
      size = 2 * bound;
    } else {
      outcome.setProbabilityMin = Math.max(0, -bound);
      score = outcome.labelled ? -outcome.outputs[(int) outcome.label] : Double.NaN;
      size = 0;
      for (int k = 0; k < classes; k++) {
        size += outcome.outputs[k] >= outcome.setProbabilityMin ? 1 : 0;
      }
    }
    if (outcome.labelled) {
      bounds.note(score, bound, size, toNote);
    }
  }

  /** Scores a prediction as it was noted, now that its label is known. */
  void score(double[] noted) {
    metrics.score(noted);
    if (intervals.isPresent()) {
      intervals.get().score(noted);
    }
    if (threshold.isPresent()) {
      threshold.get().score(noted);
    }
  }

  /** The figures of the metrics and, if there are bounds or a chosen threshold, of these. */
  Map<String, Double> figures() {
    Map<String, Double> figures = new LinkedHashMap<>(metrics.figures());
    intervals.ifPresent(bounds -> figures.putAll(bounds.figures()));
    threshold.ifPresent(chosen -> figures.put("threshold", (double) chosen.value()));
    return figures;
  }

  /** Begins the figures anew. */
  void reset() {
    metrics.reset();
    intervals.ifPresent(Intervals::resetFigures);
  }

  /** What must survive beside the metrics' own. */
  List<StateArray> state() {
    List<StateArray> state = new ArrayList<>();
    intervals.ifPresent(bounds -> state.addAll(bounds.state()));
    threshold.ifPresent(chosen -> state.addAll(chosen.state()));
    return state;
  }

  /** Takes up the state that was read. */
  void restored() {
    intervals.ifPresent(Intervals::restored);
  }
}
