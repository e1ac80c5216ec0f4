package dev.millrace.topology;

import dev.millrace.engine.Counters;
import dev.millrace.engine.Learner;
import dev.millrace.engine.Outcome;
import dev.millrace.engine.panel.ExpertFigures;
import dev.millrace.schemas.Metrics;
import dev.millrace.schemas.Prediction;
import dev.millrace.topology.config.Pipeline;
import dev.millrace.topology.store.Controls;
import dev.millrace.topology.store.LoopState;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What one model tells the world: its predictions and its metrics. */
public final class Reports {
  private final String pipeline;
  private final int partition;

  public Reports(Pipeline pipeline, int partition) {
    this.pipeline = pipeline.name();
    this.partition = partition;
  }

  /** What was said of an event; its array is a copy, as the outcome's is reused. */
  public Prediction prediction(Event event, Outcome outcome, List<String> classes) {
    boolean classification = !classes.isEmpty();
    String label = classification && outcome.labelled ? classes.get((int) outcome.label) : null;
    return new Prediction(
        pipeline,
        outcome.version,
        event.topic(),
        event.partition(),
        event.offset(),
        event.timestamp(),
        outcome.outputs.clone(),
        classification ? classes.get(outcome.predictedClass) : null,
        classification ? null : (Double) outcome.predictedValue,
        label,
        !classification && outcome.labelled ? (Double) outcome.label : null,
        outcome.labelled ? (Double) outcome.loss : null,
        bound(outcome.lower),
        bound(outcome.upper),
        bound(outcome.setProbabilityMin),
        outcome.attributions.stream()
            .map(of -> new Prediction.Attribution(of.feature(), of.value()))
            .toList(),
        outcome.attributions.isEmpty() ? null : (Double) outcome.attributionBaseline,
        outcome.expertWeights);
  }

  private static Double bound(double bound) {
    return Double.isFinite(bound) ? bound : null;
  }

  /** Counters and figures as they stand. */
  public Metrics metrics(LearningLoop loop) {
    LoopState state = loop.state();
    Counters counters = loop.counters();
    return new Metrics(
        pipeline,
        partition,
        state.nextOffset() - 1,
        loop.version(),
        state.read(),
        counters.predicted(),
        state.deadLettered(),
        byReason(state),
        counters.labelled(),
        counters.learned(),
        counters.pending(),
        counters.rejected(),
        counters.undersampled(),
        counters.skippedSteps(),
        loop.learner().map(learner -> figures(learner, loop.controls())).orElse(Map.of()),
        loop.learner().map(Learner::weightsDigest).orElse(""));
  }

  private static Map<String, Long> byReason(LoopState state) {
    Map<String, Long> counts = new LinkedHashMap<>();
    state.deadLetters().forEach((reason, count) -> counts.put(reason.label(), count));
    return counts;
  }

  /**
   * The metrics of the model, with its baselines as {@code baseline_<name>}, whether it learns and,
   * where labels come late, how many are to come.
   */
  private static Map<String, Double> figures(Learner learner, Controls controls) {
    Map<String, Double> figures = new LinkedHashMap<>(learner.figures());
    learner.metrics().baselines().forEach((name, value) -> figures.put("baseline_" + name, value));
    boolean paused = learner.counters().paused() || controls.paused();
    figures.put("learning_paused", paused ? 1.0 : 0.0);
    if (controls.paused()) {
      figures.put("learning_paused_by_control", 1.0);
    }
    if (controls.learningRate() != null) {
      figures.put("learning_rate_by_control", controls.learningRate());
    }
    if (!controls.frozen().isEmpty()) {
      figures.put("frozen_layers", (double) controls.frozen().size());
    }
    if (learner.spec().label().delay() > 0) {
      figures.put("labels_waiting", (double) learner.counters().waiting());
    }
    learner.featureCounts().figures().forEach((name, n) -> figures.put(name, n.doubleValue()));
    for (ExpertFigures expert : learner.experts()) {
      figures.put("expert_weight_" + expert.name(), expert.weight());
      if (!Double.isNaN(expert.loss())) { // before the first label
        figures.put("expert_loss_" + expert.name(), expert.loss());
      }
    }
    return figures;
  }

  /** The key of the model's metrics: {@code elec2-0}. */
  public byte[] modelKey() {
    return Names.model(pipeline, partition).getBytes(StandardCharsets.UTF_8);
  }
}
