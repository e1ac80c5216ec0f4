package dev.millrace.benchmarks.engine;

import dev.millrace.engine.feature.EventRow;
import dev.millrace.engine.feature.FeatureSpec;
import dev.millrace.engine.layer.Activation;
import dev.millrace.engine.layer.LayerSpec;
import dev.millrace.engine.loss.LossSpec;
import dev.millrace.engine.model.LabelSpec;
import dev.millrace.engine.model.ModelSpec;
import dev.millrace.engine.optim.OptimizerSpec;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** A model of 100 million parameters, and made-up events for it. */
enum LargeModel {
  DENSE("8192-8192-4096-1 adam") {
    @Override
    List<FeatureSpec> features() {
      return List.of(FeatureSpec.vector("x", 8192, true));
    }

    @Override
    List<LayerSpec> hidden() {
      return List.of(
          LayerSpec.dense(8192, Activation.RELU), LayerSpec.dense(4096, Activation.RELU));
    }
  },

  EMBEDDINGS("39 embeddings of 24, 2^22 rows, 64-1 adam") {
    @Override
    List<FeatureSpec> features() {
      return IntStream.range(0, 39)
          .mapToObj(i -> FeatureSpec.hashed("f" + i, (1 << 22) / 39))
          .toList();
    }

    @Override
    List<LayerSpec> hidden() {
      return List.of(LayerSpec.embedding(24), LayerSpec.dense(64, Activation.RELU));
    }
  };

  static final int BATCH = 32;

  private final String text;

  LargeModel(String text) {
    this.text = text;
  }

  String text() {
    return text;
  }

  abstract List<FeatureSpec> features();

  abstract List<LayerSpec> hidden();

  ModelSpec spec() {
    LabelSpec label = new LabelSpec("y", List.of("no", "yes"));
    LossSpec loss = LossSpec.BINARY_CROSSENTROPY;
    List<LayerSpec> layers = ModelSpec.withOutput(hidden(), label, loss);
    return new ModelSpec(features(), label, layers, loss, OptimizerSpec.of("adam"), BATCH, 1);
  }

  /** Uniform everywhere: no row of a table comes more often than another. */
  static void fill(EventRow event, SplittableRandom random) {
    event.clear();
    for (int i = 0; i < event.vectors.length; i++) {
      event.vectors[i] = (float) random.nextDouble(-1, 1);
    }
    for (int i = 0; i < event.categories.length; i++) {
      event.categories[i] = random.nextInt((1 << 22) / 39);
    }
    event.labelled = true;
    event.label = random.nextInt(2);
  }
}
