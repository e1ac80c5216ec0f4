package dev.millrace.engine.panel;

import dev.millrace.engine.feature.ExpansionSpec;
import dev.millrace.engine.feature.FeatureSpace;
import dev.millrace.engine.feature.FeatureSpec;
import dev.millrace.engine.layer.Activation;
import dev.millrace.engine.layer.Inputs;
import dev.millrace.engine.layer.LayerSpec;
import dev.millrace.engine.loss.LossSpec;
import dev.millrace.engine.optim.OptimizerSpec;
import dev.millrace.engine.params.Initializer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The panel that {@code model: auto} is; {@code docs/learning.md} says why it has these experts.
 */
public final class AutoPanel {
  private static final int KNOTS = 16;
  private static final int VALUES = 64;
  private static final int NUMBERS = 200;
  private static final int PAIRS = 150;
  private static final int BUCKETS = 1 << 18;
  private static final int UNITS = 64;
  private static final int BASIS_NETWORK_MAX = 3_000;

  private final int outputs;
  private final Activation activation;
  private final List<ExpertSpec> experts = new ArrayList<>();

  private AutoPanel(int classes) {
    outputs = classes <= 2 ? 1 : classes;
    activation =
        switch (classes) {
          case 0 -> Activation.LINEAR;
          case 2 -> Activation.SIGMOID;
          default -> Activation.SOFTMAX;
        };
  }

  /** The panel for a label and features. */
  public static PanelSpec of(List<FeatureSpec> features, int classes, long seed) {
    AutoPanel auto = new AutoPanel(classes);
    int buckets = Integer.highestOneBit(Math.max(1, BUCKETS / auto.outputs));
    ExpansionSpec expansion = new ExpansionSpec(KNOTS, VALUES, NUMBERS, PAIRS, buckets, seed);
    FeatureSpace space = new FeatureSpace(features, Optional.of(expansion));
    boolean basis = space.categories().containsKey(FeatureSpace.BASIS);
    String f0 = Inputs.FEATURES;
    String f1 = basis ? f0 + Inputs.AND + FeatureSpace.BASIS : f0;
    boolean crosses = space.categories().containsKey(FeatureSpace.CROSSES);
    String f2 = crosses ? f1 + Inputs.AND + FeatureSpace.CROSSES : f1;
    long f1Size =
        space.width()
            + space.categories().sequencedEntrySet().stream()
                .filter(field -> !field.getKey().equals(FeatureSpace.CROSSES))
                .mapToLong(Map.Entry::getValue)
                .sum();
    if (classes > 0) {
      auto.classification(f0, f1, f2, f1Size, basis, crosses);
    } else {
      auto.regression(f0, f1, f2, f1Size, basis, crosses);
    }
    return new PanelSpec(auto.experts, expansion);
  }

  private void classification(
      String f0, String f1, String f2, long f1Size, boolean basis, boolean crosses) {
    LossSpec loss = outputs == 1 ? LossSpec.BINARY_CROSSENTROPY : LossSpec.CATEGORICAL_CROSSENTROPY;
    linear("linear_sgd_001", f0, loss, sgd(0.01));
    linear("linear_sgd_01", f0, loss, sgd(0.1));
    linear("linear_sgd_05", f0, loss, sgd(0.5));
    linear("linear_adagrad_01", f0, loss, normalizedAdagrad(0.1));
    linear("linear_adagrad_1", f0, loss, normalizedAdagrad(1));
    network("network_adagrad_003", f0, loss, adagrad(0.03));
    network("network_adagrad_01", f0, loss, adagrad(0.1));
    network("network_sgd_03", f0, loss, normalizedSgd(0.3));
    network("network_sgd_1", f0, loss, normalizedSgd(1));
    if (basis) {
      linear("basis_sgd_01", f1, loss, sgd(0.1));
      linear("basis_adagrad_03", f1, loss, normalizedAdagrad(0.3));
      if (f1Size <= BASIS_NETWORK_MAX) {
        network("basis_network_adagrad_003", f1, loss, adagrad(0.03));
      }
    }
    if (crosses) {
      linear("crosses_adagrad_03", f2, loss, normalizedAdagrad(0.3));
    }
  }

  private void regression(
      String f0, String f1, String f2, long f1Size, boolean basis, boolean crosses) {
    LossSpec squared = LossSpec.MEAN_SQUARED_ERROR;
    LossSpec huber = LossSpec.of("huber");
    linear("linear_sgd_001", f0, squared, sgd(0.01));
    linear("linear_sgd_01", f0, squared, sgd(0.1));
    linear("linear_adagrad_01", f0, squared, normalizedAdagrad(0.1));
    linear("linear_adagrad_1", f0, squared, normalizedAdagrad(1));
    network("network_adagrad_003", f0, squared, adagrad(0.03));
    network("network_adagrad_01", f0, squared, adagrad(0.1));
    network("network_huber_01", f0, huber, adagrad(0.1));
    if (basis) {
      if (f1Size <= BASIS_NETWORK_MAX) {
        network("basis_network_adagrad_003", f1, squared, adagrad(0.03));
        network("basis_network_huber_01", f1, huber, adagrad(0.1));
      }
      linear("basis_adagrad_03", f1, squared, normalizedAdagrad(0.3));
    }
    if (crosses) {
      linear("crosses_huber_03", f2, huber, normalizedAdagrad(0.3));
    }
  }

  private void linear(String name, String reads, LossSpec loss, OptimizerSpec optimizer) {
    experts.add(new ExpertSpec(name, List.of(output(List.of(reads))), loss, optimizer));
  }

  private void network(String name, String reads, LossSpec loss, OptimizerSpec optimizer) {
    LayerSpec hidden =
        new LayerSpec.Dense(
            "", List.of(reads), UNITS, Activation.RELU, true, Initializer.LECUN_NORMAL, 0, 0);
    experts.add(new ExpertSpec(name, List.of(hidden, output(List.of())), loss, optimizer));
  }

  private LayerSpec output(List<String> reads) {
    return new LayerSpec.Dense("", reads, outputs, activation, true, Initializer.ZEROS, 0, 0);
  }

  private static OptimizerSpec sgd(double rate) {
    return OptimizerSpec.of("sgd", Map.of("learning_rate", rate));
  }

  private static OptimizerSpec normalizedSgd(double rate) {
    return OptimizerSpec.of("normalized_sgd", Map.of("learning_rate", rate));
  }

  private static OptimizerSpec normalizedAdagrad(double rate) {
    return OptimizerSpec.of("normalized_adagrad", Map.of("learning_rate", rate));
  }

  private static OptimizerSpec adagrad(double rate) {
    return OptimizerSpec.of(
        "adagrad", Map.of("learning_rate", rate, "initial_accumulator_value", 0.0));
  }
}
