package dev.millrace.engine.feature;

import dev.millrace.engine.feature.FeatureSpace.Field;
import dev.millrace.engine.state.StateArray;
import java.util.ArrayList;
import java.util.List;

/**
 * Turns raw values of an event into what its features take, before any statistic sees them: the
 * value of an event before in place of its own, 1 or 0 for whether it is missing, a logarithm.
 */
final class Completion {
  private final List<Step> steps = new ArrayList<>();

  /** One number or category of a row to be completed. */
  private record Step(Field field, FeatureSettings settings, PastValues past) {
    void apply(EventRow event, boolean joins) {
      boolean category = field.spec().kind().isCategory();
      double value = category ? Double.NaN : event.numbers[field.slot()];
      if (past != null) {
        boolean ofLabel = settings.field() == null;
        double given = ofLabel ? (event.labelled ? event.label : Double.NaN) : value;
        value = joins ? past.exchange(given) : past.peek();
      }
      if (category) {
        event.categories[field.slot()] = Double.isNaN(value) ? EventRow.MISSING : (long) value;
        return;
      }
      if (settings.ofMissing()) {
        value = Double.isNaN(value) ? 1 : 0;
      }
      event.numbers[field.slot()] = settings.log1p() ? log1p(value) : value;
    }

    private static double log1p(double value) {
      return Math.copySign(StrictMath.log1p(Math.abs(value)), value);
    }
  }

  Completion(List<Field> fields) {
    for (Field field : fields) {
      FeatureSettings settings = field.spec().settings();
      PastValues past = settings.lag() > 0 ? new PastValues(settings.lag()) : null;
      if (past != null || settings.ofMissing() || settings.log1p()) {
        steps.add(new Step(field, settings, past));
      }
    }
  }

  /** Completes an event, which joins the past of those after it or does not. */
  void complete(EventRow event, boolean joins) {
    for (Step step : steps) {
      step.apply(event, joins);
    }
  }

  List<StateArray> state() {
    List<StateArray> state = new ArrayList<>();
    for (Step step : steps) {
      if (step.past != null) {
        state.add(step.past.state("feat/" + step.field.spec().name() + ".past"));
      }
    }
    return state;
  }

  void forget() {
    for (Step step : steps) {
      if (step.past != null) {
        step.past.forget();
      }
    }
  }
}
