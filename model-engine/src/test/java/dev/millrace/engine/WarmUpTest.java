package dev.millrace.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.engine.feature.FeatureSpec;
import dev.millrace.engine.kernel.KernelChoice;
import dev.millrace.engine.kernel.Kernels;
import dev.millrace.engine.layer.Activation;
import dev.millrace.engine.layer.LayerSpec;
import dev.millrace.engine.loss.LossSpec;
import dev.millrace.engine.model.LabelSpec;
import dev.millrace.engine.model.ModelSpec;
import dev.millrace.engine.optim.OptimizerSpec;
import dev.millrace.engine.panel.AutoPanel;
import dev.millrace.engine.panel.PanelSpec;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class WarmUpTest {
  private static final Kernels KERNELS = KernelChoice.select(KernelChoice.Mode.AUTO).kernels();

  static Stream<String> losses() {
    return LossSpec.names().stream();
  }

  /** A model of which a copy would take gigabytes. */
  private static ModelSpec large(LossSpec loss) {
    LabelSpec label = LearnerLossTest.label(loss);
    List<LayerSpec> hidden =
        List.of(
            LayerSpec.dense(20_000, Activation.RELU),
            LayerSpec.dense(20_000, Activation.RELU),
            LayerSpec.layerNormalization());
    return new ModelSpec(
        List.of(
            FeatureSpec.numeric("a"),
            FeatureSpec.oneHot("b", List.of("x", "y", "z")),
            FeatureSpec.hashed("c", 1 << 28),
            FeatureSpec.growing("d", 1 << 28),
            FeatureSpec.vector("e", 100_000, true)),
        label,
        ModelSpec.withOutput(hidden, label, loss),
        loss,
        OptimizerSpec.of("adam"),
        4096,
        7);
  }

  @ParameterizedTest
  @MethodSource("losses")
  void learnsWithAnyLossOnASmallCopyOfALargeModel(String loss) {
    AtomicInteger asked = new AtomicInteger();
    long steps = WarmUp.run(large(LossSpec.of(loss)), KERNELS, () -> asked.incrementAndGet() <= 3);
    assertThat(steps).isEqualTo(3);
    assertThat(asked).hasValue(4);
  }

  /** A copy of this one would take hundreds of megabytes too. */
  @ParameterizedTest
  @ValueSource(ints = {0, 2, 5})
  void learnsWithASmallCopyOfALargePanel(int classes) {
    List<FeatureSpec> features =
        List.of(
            FeatureSpec.numeric("a"),
            FeatureSpec.oneHot("b", List.of("x", "y", "z")),
            FeatureSpec.hashed("c", 1 << 20),
            FeatureSpec.growing("d", 1 << 20),
            FeatureSpec.vector("e", 100_000, true));
    LabelSpec label = new LabelSpec("y", List.of("k", "l", "m", "n", "o").subList(0, classes));
    PanelSpec panel = AutoPanel.of(features, classes, 7);
    ModelSpec spec = new ModelSpec(features, label, ModelSpec.defaultLoss(label), panel, 4096, 7);
    assertThat(spec.networkBytes()).isGreaterThan(200L << 20);
    AtomicInteger asked = new AtomicInteger();
    assertThat(WarmUp.run(spec, KERNELS, () -> asked.incrementAndGet() <= 3)).isEqualTo(3);
  }

  @Test
  void endsByItself() {
    LabelSpec label = new LabelSpec("y", List.of("no", "yes"));
    ModelSpec spec =
        new ModelSpec(
            List.of(FeatureSpec.numeric("a")),
            label,
            ModelSpec.withOutput(List.of(), label, LossSpec.BINARY_CROSSENTROPY),
            LossSpec.BINARY_CROSSENTROPY,
            OptimizerSpec.of("sgd"),
            1,
            7);
    assertThat(WarmUp.run(spec, KERNELS, () -> true)).isEqualTo(1000);
  }
}
