package dev.millrace.engine.network;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.engine.kernel.KernelChoice;
import dev.millrace.engine.layer.Activation;
import dev.millrace.engine.layer.LayerSpec;
import dev.millrace.engine.loss.LossSpec;
import dev.millrace.engine.optim.OptimizerSpec;
import java.util.List;
import org.junit.jupiter.api.Test;

class SequentialLayersTest {
  private static final List<LayerSpec> LAYERS =
      List.of(
          LayerSpec.batchNormalization(),
          LayerSpec.dense(8, Activation.RELU),
          LayerSpec.dropout(0.5),
          LayerSpec.dense(1, Activation.LINEAR));

  @Test
  void growingForALargerBatchKeepsMomentsAndWhatIsDropped() {
    float[] x = LayerCase.uniform(1, 200, 0, 3);
    float[] labels = LayerCase.uniform(2, 100, -1, 1);
    Sequential.Builder builder = Sequential.input(2).seed(9);
    LAYERS.forEach(builder::layer);
    Sequential growing = builder.compile(OptimizerSpec.of("sgd"), LossSpec.MEAN_SQUARED_ERROR);
    growing.fit(x, labels, 1, 20);
    growing.fit(x, labels, 2, 100);

    Network roomy =
        new Network(
            2,
            LAYERS,
            LossSpec.MEAN_SQUARED_ERROR,
            OptimizerSpec.of("sgd"),
            100,
            KernelChoice.select(KernelChoice.Mode.AUTO).kernels());
    roomy.initialize(9);
    for (int first = 0; first < 100; first += 20) {
      roomy.forward(x, first * 2, 20);
      assertThat(roomy.learn(labels, first, 20)).isTrue();
    }
    for (int epoch = 0; epoch < 2; epoch++) {
      roomy.forward(x, 0, 100);
      assertThat(roomy.learn(labels, 0, 100)).isTrue();
    }
    assertThat(growing.predict(x, 100)).containsExactly(roomy.forward(x, 0, 100));
  }
}
