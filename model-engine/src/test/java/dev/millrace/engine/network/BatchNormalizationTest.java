package dev.millrace.engine.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;

import dev.millrace.engine.kernel.KernelChoice;
import dev.millrace.engine.kernel.Workers;
import dev.millrace.engine.kernel.Workspace;
import dev.millrace.engine.layer.Activation;
import dev.millrace.engine.layer.Inputs;
import dev.millrace.engine.layer.Layer;
import dev.millrace.engine.layer.LayerSpec;
import dev.millrace.engine.layer.Layers;
import dev.millrace.engine.loss.LossSpec;
import dev.millrace.engine.optim.OptimizerSpec;
import dev.millrace.engine.params.ParameterLayout;
import dev.millrace.engine.random.CounterRandom;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BatchNormalizationTest {
  private static final String MEAN = "batch_normalization_0/moving_mean";
  private static final String VARIANCE = "batch_normalization_0/moving_variance";

  @Test
  void momentsBeginAsKerasHasThemAndAreNotLearned() {
    Network network = network(0.99);
    assertThat(moment(network, MEAN)).containsOnly(0f);
    assertThat(moment(network, VARIANCE)).containsOnly(1f);
    assertThat(network.learns(network.layout().tensor(MEAN))).isFalse();
    assertThat(network.learns(network.layout().tensor(VARIANCE))).isFalse();
    assertThat(network.learns(network.layout().tensor("batch_normalization_0/gamma"))).isTrue();
  }

  @Test
  void aStepMixesTheMomentsOfItsRowsIn() {
    Network network = network(0.9);
    float[] x = {1, 5, 3, 5, 8, 5}; // columns 1 3 8 and 5 5 5
    network.forward(x, 0, 3);
    assertThat(network.learn(new float[3], 0, 3)).isTrue();
    assertThat(moment(network, MEAN)).containsExactly(0.4f, 0.5f);
    float batchVariance = (9 + 1 + 16) / 3f;
    assertThat(moment(network, VARIANCE)[0])
        .isCloseTo(0.9f * (1 + 0.1f * 16) + 0.1f * batchVariance, offset(1e-6f));
    assertThat(moment(network, VARIANCE)[1]).isCloseTo(0.9f * (1 + 0.1f * 25), offset(1e-6f));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 32})
  void momentsComeNearThoseOfTheRowsWhateverTheBatch(int rows) {
    Network network = network(0.99);
    float[] x = new float[rows * 2];
    double means = 0;
    double variances = 0;
    int steps = 4000;
    for (int step = 0; step < steps; step++) {
      for (int row = 0; row < rows; row++) {
        long number = (long) step * rows + row;
        x[row * 2] = (float) (10 + 6 * (CounterRandom.uniform(1, 1, number) - 0.5));
        x[row * 2 + 1] = 7;
      }
      network.forward(x, 0, rows);
      assertThat(network.learn(new float[rows], 0, rows)).isTrue();
      means += moment(network, MEAN)[0] * (step < steps / 2 ? 0 : 2.0 / steps);
      variances += moment(network, VARIANCE)[0] * (step < steps / 2 ? 0 : 2.0 / steps);
    }
    assertThat(Math.abs(means - 10)).isLessThan(0.1);
    assertThat(Math.abs(variances - 3)).isLessThan(0.15);
    assertThat(moment(network, MEAN)[1]).isBetween(6.99f, 7.01f);
    assertThat(moment(network, VARIANCE)[1]).isBetween(0f, 1e-6f);
  }

  @Test
  void momentsStayFiniteWhateverTheRows() {
    ParameterLayout layout = new ParameterLayout();
    Inputs inputs = new Inputs(3, new LinkedHashMap<>(), 2);
    Layer layer =
        Layers.build(
                List.of(LayerSpec.batchNormalization()),
                inputs,
                2,
                layout,
                KernelChoice.select(KernelChoice.Mode.AUTO).kernels(),
                new Workspace(Workers.ONE))
            .getFirst();
    float[] parameters = new float[layout.length()];
    layout.set(VARIANCE, new float[] {1, 1, 1}, parameters);
    inputs.numbers().view(new float[] {Float.NaN, 3e38f, 1, 0, -2e38f, 3}, 0);
    layer.stepMade(parameters, 2);
    assertThat(layout.copyOf(MEAN, parameters)[0]).isZero();
    assertThat(layout.copyOf(MEAN, parameters)[1] / 5e35f).isCloseTo(1, offset(1e-6f));
    assertThat(layout.copyOf(MEAN, parameters)[2]).isCloseTo(0.02f, offset(1e-7f));
    assertThat(layout.copyOf(VARIANCE, parameters)).startsWith(1f, Float.MAX_VALUE);
    assertThat(layout.copyOf(VARIANCE, parameters)[2])
        .isCloseTo(0.99f * (1 + 0.01f * 4) + 0.01f, offset(1e-6f));
  }

  private static float[] moment(Network network, String name) {
    return network.layout().copyOf(name, network.parameters());
  }

  private static Network network(double momentum) {
    Network network =
        new Network(
            2,
            List.of(
                new LayerSpec.BatchNormalization("", List.of(), momentum, 1e-3, true, true),
                LayerSpec.dense(1, Activation.LINEAR)),
            LossSpec.MEAN_SQUARED_ERROR,
            OptimizerSpec.of("sgd", Map.of("learning_rate", 1e-3)),
            32,
            KernelChoice.select(KernelChoice.Mode.AUTO).kernels());
    network.initialize(3);
    return network;
  }
}
