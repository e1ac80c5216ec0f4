package dev.millrace.engine.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.engine.kernel.KernelChoice;
import dev.millrace.engine.layer.Activation;
import dev.millrace.engine.layer.LayerSpec;
import dev.millrace.engine.loss.LossSpec;
import dev.millrace.engine.optim.OptimizerSpec;
import dev.millrace.engine.random.CounterRandom;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SequentialTest {
  @Test
  void learnsExclusiveOr() {
    float[] x = {0, 0, 0, 1, 1, 0, 1, 1};
    float[] labels = {0, 1, 1, 0};
    Sequential model =
        Sequential.input(2)
            .dense(16, Activation.TANH)
            .dense(1, Activation.SIGMOID)
            .seed(7)
            .compile(
                OptimizerSpec.of("adam", Map.of("learning_rate", 0.05)),
                LossSpec.BINARY_CROSSENTROPY);
    History history = model.fit(x, labels, 200, 4);
    assertThat(history.epochs().getLast().accuracy()).isEqualTo(1.0);
    assertThat(history.epochs().getLast().meanBatchLoss()).isLessThan(0.05);
    float[] y = model.predict(x, 4);
    assertThat(y[0]).isLessThan(0.1f);
    assertThat(y[1]).isGreaterThan(0.9f);
  }

  @Test
  void learnsALineAndTellsItsSlope() {
    float[] x = new float[100];
    float[] labels = new float[100];
    for (int i = 0; i < 100; i++) {
      x[i] = (float) (2 * CounterRandom.uniform(1, 1, i) - 1);
      labels[i] = 3 * x[i] - 2;
    }
    Sequential model =
        Sequential.input(1)
            .dense(1, Activation.LINEAR)
            .compile(
                OptimizerSpec.of("sgd", Map.of("learning_rate", 0.1)), LossSpec.MEAN_SQUARED_ERROR);
    History history = model.fit(x, labels, 100, 10);
    assertThat(history.epochs().getLast().accuracy()).isNaN();
    assertThat(model.getWeights("dense_0/bias")[0]).isBetween(-2.001f, -1.999f);
    assertThat(model.inputGradient(new float[] {0.5f}, 0)[0]).isBetween(2.999f, 3.001f);
  }

  @Test
  void growingForALargerBatchKeepsWeightsSlotsAndSteps() {
    float[] x = new float[200];
    float[] labels = new float[100];
    for (int i = 0; i < 200; i++) {
      x[i] = (float) CounterRandom.uniform(1, 1, i);
      labels[i / 2] += x[i];
    }
    Sequential growing = regression();
    growing.fit(x, labels, 3, 20);
    growing.fit(x, labels, 2, 100);
    List<LayerSpec> layers =
        List.of(LayerSpec.dense(5, Activation.RELU), LayerSpec.dense(1, Activation.LINEAR));
    Network roomy =
        new Network(
            2,
            layers,
            LossSpec.MEAN_SQUARED_ERROR,
            OptimizerSpec.of("adam"),
            100,
            KernelChoice.select(KernelChoice.Mode.AUTO).kernels());
    roomy.initialize(0);
    for (int step = 0; step < 15; step++) {
      int first = step % 5 * 20;
      roomy.forward(x, first * 2, 20);
      roomy.learn(labels, first, 20);
    }
    for (int step = 0; step < 2; step++) {
      roomy.forward(x, 0, 100);
      roomy.learn(labels, 0, 100);
    }
    assertThat(growing.getWeights("dense_0/kernel"))
        .containsExactly(roomy.layout().copyOf("dense_0/kernel", roomy.parameters()));
    assertThat(growing.predict(x, 100)).containsExactly(roomy.forward(x, 0, 100));
  }

  @Test
  void wrongSizesAreRefusedWithTheRightOnes() {
    Sequential model = regression();
    assertThatThrownBy(() -> model.fit(new float[3], new float[1], 1, 1))
        .hasMessage("x must be whole rows of 2 inputs, length=3");
    assertThatThrownBy(() -> model.fit(new float[4], new float[1], 1, 1))
        .hasMessage("labels must have 1 a row, labels=1, rows=2");
    assertThatThrownBy(() -> model.setWeights("dense_0/bias", new float[1]))
        .hasMessage("dense_0/bias has 5 weights, weights=1");
    assertThatThrownBy(() -> model.getWeights("dense_2/bias"))
        .hasMessageContaining("tensor must be one of [dense_0/kernel, dense_0/bias");
  }

  private static Sequential regression() {
    return Sequential.input(2)
        .dense(5, Activation.RELU)
        .dense(1, Activation.LINEAR)
        .compile(OptimizerSpec.of("adam"), LossSpec.MEAN_SQUARED_ERROR);
  }
}
