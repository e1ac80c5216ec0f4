package dev.millrace.engine;

import dev.millrace.engine.feature.FeatureSums;
import dev.millrace.engine.feature.TargetScaler;
import dev.millrace.engine.loss.LossSpec;
import dev.millrace.engine.model.ModelSpec;
import dev.millrace.engine.network.Attributions;
import dev.millrace.engine.network.Model;
import dev.millrace.engine.panel.Panel;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * Completes an {@link Outcome} by what a {@link PredictionDetail} asks for: the features that had
 * most to do with it, by integrated gradients, and the weights of a panel's experts. Makes forwards
 * of its own, so that the model's last one is not the caller's any more.
 */
final class Explainer {
  private final PredictionDetail detail;
  private final Model model;
  private final boolean classifies;
  private final boolean saysMargins;
  private final TargetScaler targetScaler;
  private final Attributions attributions;
  private final FeatureSums sums;

  Explainer(PredictionDetail detail, Model model, ModelSpec spec, TargetScaler targetScaler) {
    this.detail = detail;
    this.model = model;
    this.targetScaler = targetScaler;
    classifies = !spec.label().classes().isEmpty();
    saysMargins = spec.loss().kind() == LossSpec.Kind.MARGIN;
    attributions = new Attributions(model);
    sums = new FeatureSums(spec.space());
  }

  /** Whether forwards are made. */
  boolean runsTheModel() {
    return detail.attributions() > 0;
  }

  /** Completes what was said of a row. */
  void explain(Rows rows, int row, Outcome outcome) {
    if (detail.expertWeights()) {
      outcome.expertWeights = model instanceof Panel panel ? panel.weights() : Map.of();
    }
    if (detail.attributions() > 0) {
      attribute(rows, row, outcome);
    }
  }

  private void attribute(Rows rows, int row, Outcome outcome) {
    int output = model.outputs() == 1 ? 0 : outcome.predictedClass;
    attributions.integratedGradients(
        rows.values(),
        rows.start(row),
        rows.categories(),
        row,
        null,
        output,
        detail.attributionSteps());
    boolean isOfOther = classifies && model.outputs() == 1 && outcome.predictedClass == 0;
    double unit = !classifies ? targetScaler.unit() : isOfOther ? -1 : 1;
    double[] all = sums.of(attributions.numbers(), attributions.entries(), rows.categories(), row);
    outcome.attributions = largest(all, unit);
    outcome.attributionBaseline = baseline(isOfOther);
  }

  /** The largest by magnitude, the first of equal ones; none if one of all is no number. */
  private List<Attribution> largest(double[] all, double unit) {
    List<Attribution> found = new ArrayList<>();
    for (int i = 0; i < all.length; i++) {
      double value = unit * all[i];
      if (!Double.isFinite(value)) {
        return List.of();
      }
      if (value != 0) {
        found.add(new Attribution(sums.names().get(i), value));
      }
    }
    found.sort(Comparator.comparingDouble((Attribution a) -> -Math.abs(a.value())));
    return List.copyOf(found.subList(0, Math.min(detail.attributions(), found.size())));
  }

  private double baseline(boolean isOfOther) {
    double output = attributions.atBaseline();
    if (classifies) {
      return !isOfOther ? output : saysMargins ? -output : 1 - output;
    }
    return targetScaler.unscale((float) output);
  }
}
