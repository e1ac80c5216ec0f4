package dev.millrace.engine;

import dev.millrace.engine.feature.Bag;
import dev.millrace.engine.feature.EventRow;
import dev.millrace.engine.feature.FeatureKind;
import dev.millrace.engine.feature.FeatureSpec;
import dev.millrace.engine.kernel.Kernels;
import dev.millrace.engine.layer.LayerSpec;
import dev.millrace.engine.loss.LossSpec;
import dev.millrace.engine.model.ModelSpec;
import dev.millrace.engine.random.CounterRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * Has the JVM compile what a model is going to run, by letting another one, of the same kind but
 * small, learn made-up events. A JVM that has just started interprets, and an interpreted vector
 * costs thousands of times a compiled one: without this the first step of a large network takes
 * longer than the thousand after it.
 *
 * <p>Nothing of it remains but compiled code, so no bit of any model depends on it.
 */
public final class WarmUp {
  /** Steps after which the compilers have seen enough, whatever the model. */
  private static final int STEPS = 1_000;

  // Enough for every tile and loop to be used; more would only take longer to interpret.
  private static final int SIZE_MAX = 256;
  private static final int UNITS_MAX = 128;
  private static final int BATCH_MAX = 32;
  private static final int TOKENS = 8;

  private WarmUp() {}

  /**
   * Learns until the code is warm.
   *
   * @param spec of the model that is to come
   * @param goOn asked before each step; false ends the warm-up
   * @return the steps made
   */
  public static long run(ModelSpec spec, Kernels kernels, BooleanSupplier goOn) {
    Learner learner = new Learner(small(spec), kernels);
    long event = 0;
    for (int step = 0; step < STEPS && goOn.getAsBoolean(); step++) {
      while (!learner.batchIsFull()) {
        fill(learner.event(), spec, event);
        learner.add(event++);
        boolean alone = step % 2 == 0; // as in a slow stream, or else all of a batch together
        if (alone || learner.mustPredict()) {
          learner.predict(outcome -> {});
        }
      }
      learner.step();
    }
    return learner.version();
  }

  /** The same kinds of features and layers, few and narrow. */
  private static ModelSpec small(ModelSpec spec) {
    List<FeatureSpec> features = spec.features().stream().map(WarmUp::small).toList();
    int batch = Math.min(spec.batch(), BATCH_MAX);
    if (spec.panel() != null) {
      return new ModelSpec(features, spec.label(), spec.loss(), spec.panel(), batch, spec.seed());
    }
    List<LayerSpec> layers = new ArrayList<>();
    for (LayerSpec layer : spec.layers().subList(0, spec.layers().size() - 1)) {
      layers.add(
          layer instanceof LayerSpec.Dense dense && dense.units() > UNITS_MAX
              ? dense.withUnits(UNITS_MAX)
              : layer);
    }
    layers.add(spec.layers().getLast());
    return new ModelSpec(
        features, spec.label(), layers, spec.loss(), spec.optimizer(), batch, spec.seed());
  }

  private static FeatureSpec small(FeatureSpec feature) {
    return feature.size() <= SIZE_MAX
            || feature.kind() == FeatureKind.ONE_HOT
            || feature.kind() == FeatureKind.DISCRETIZED
        ? feature
        : feature.withSize(SIZE_MAX);
  }

  private static void fill(EventRow row, ModelSpec spec, long event) {
    row.clear();
    for (int i = 0; i < row.numbers.length; i++) {
      row.numbers[i] = random(event, i);
    }
    for (int i = 0; i < row.categories.length; i++) {
      row.categories[i] = event % 2; // what every kind has
    }
    for (int i = 0; i < row.vectors.length; i++) {
      row.vectors[i] = (float) random(event, i);
    }
    for (int i = 0; i < row.ranged.length; i++) {
      row.ranged[i] = random(event, i);
    }
    for (Bag bag : row.bags) {
      bag.begin();
      for (int i = 0; i < TOKENS; i++) {
        bag.add(event + i, 2, 1f);
      }
    }
    row.labelled = true;
    int classes = spec.label().classes().size();
    row.label = classes > 0 ? event % classes : random(event, -1);
    if (spec.loss().kind() == LossSpec.Kind.COUNT) {
      row.label = event % 5;
    }
  }

  private static double random(long event, int index) {
    return CounterRandom.uniform(event, 0, index) - 0.5;
  }
}
