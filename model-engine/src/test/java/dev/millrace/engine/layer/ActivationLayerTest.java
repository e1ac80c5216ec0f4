package dev.millrace.engine.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.engine.kernel.KernelChoice;
import dev.millrace.engine.kernel.Workers;
import dev.millrace.engine.loss.LossSpec;
import dev.millrace.engine.network.Network;
import dev.millrace.engine.optim.OptimizerSpec;
import dev.millrace.engine.random.CounterRandom;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The layer against the same activation in a dense layer, whose gradients other tests prove. */
class ActivationLayerTest {
  private static final int ROWS = 5;
  private static final int INPUTS = 6;

  @ParameterizedTest
  @EnumSource(Activation.class)
  void learnsTheSameBitsAsADenseLayersOwnActivation(Activation f) {
    for (String name : LossSpec.names()) {
      LossSpec loss = LossSpec.of(name);
      Activation output =
          switch (loss.kind()) {
            case CLASSES -> Activation.SOFTMAX;
            case YES_OR_NO -> Activation.SIGMOID;
            case MARGIN -> Activation.LINEAR;
            case VALUE -> f;
            case COUNT -> Activation.EXPONENTIAL;
          };
      Network joined = network(loss, LayerSpec.dense(19, f), LayerSpec.dense(3, output));
      Network apart =
          network(
              loss,
              LayerSpec.dense(19, Activation.LINEAR),
              LayerSpec.activation(f),
              LayerSpec.dense(3, Activation.LINEAR),
              LayerSpec.activation(output));
      float[] targets = new float[ROWS * joined.targetsPerRow()];
      targets[1] = 1;
      float[] x = numbers(ROWS * INPUTS + 2);
      for (int step = 0; step < 3; step++) {
        float[] y = joined.forward(x, 2, ROWS).clone();
        assertThat(apart.forward(x, 2, ROWS)).containsExactly(y);
        assertThat(joined.learn(targets, 0, ROWS)).isTrue();
        assertThat(apart.learn(targets, 0, ROWS)).isTrue();
        assertThat(apart.parameters()).containsExactly(joined.parameters());
      }
    }
  }

  @ParameterizedTest
  @EnumSource(value = Activation.class, mode = EnumSource.Mode.EXCLUDE, names = "SOFTMAX")
  void readsInputsFromWhereTheCallersRowsBeginAndAddsUpGradients(Activation f) {
    Network network =
        network(
            LossSpec.MEAN_SQUARED_ERROR,
            LayerSpec.activation(f).at("f", List.of(Inputs.NUMBERS)),
            new LayerSpec.Add("y", List.of(Inputs.NUMBERS, "f")));
    float[] x = numbers(2 + ROWS * INPUTS);
    float[] y = network.forward(x, 2, ROWS);
    for (int i = 0; i < ROWS * INPUTS; i++) {
      assertThat((double) y[i]).isCloseTo(x[2 + i] + DoubleActivations.value(f, x[2 + i]), near());
    }
    float[] dx = new float[ROWS * INPUTS];
    network.inputGradient(x, 2, ROWS, 4, dx);
    for (int row = 0; row < ROWS; row++) {
      for (int k = 0; k < INPUTS; k++) {
        double at = x[2 + row * INPUTS + k];
        double above = DoubleActivations.value(f, at + 1e-5);
        double slope = (above - DoubleActivations.value(f, at - 1e-5)) / 2e-5;
        assertThat((double) dx[row * INPUTS + k]).isCloseTo(k == 4 ? 1 + slope : 0, near());
      }
    }
  }

  private static Offset<Double> near() {
    return Offset.offset(1e-5);
  }

  @Test
  void isStatedInJsonByItsKind() throws JsonProcessingException {
    ObjectMapper mapper = new ObjectMapper();
    LayerSpec layer = LayerSpec.activation(Activation.GELU).at("g", List.of("a"));
    String json = mapper.writerFor(LayerSpec.class).writeValueAsString(layer);
    assertThat(json).contains("\"layer\":\"activation\"", "\"GELU\"");
    assertThat(mapper.readValue(json, LayerSpec.class)).isEqualTo(layer);
  }

  @Test
  void refusesCategories() {
    LinkedHashMap<String, Integer> categories = new LinkedHashMap<>(Map.of("c", 3));
    assertThatThrownBy(
            () ->
                new Network(
                    0,
                    categories,
                    List.of(LayerSpec.activation(Activation.RELU)),
                    LossSpec.MEAN_SQUARED_ERROR,
                    OptimizerSpec.of("sgd"),
                    1,
                    KernelChoice.select(KernelChoice.Mode.AUTO).kernels(),
                    Workers.ONE))
        .hasMessageContaining("layer 'activation_0' reads numbers or another layer");
  }

  private static Network network(LossSpec loss, LayerSpec... layers) {
    Network network =
        new Network(
            INPUTS,
            List.of(layers),
            loss,
            OptimizerSpec.of("adam"),
            ROWS,
            KernelChoice.select(KernelChoice.Mode.AUTO).kernels());
    network.initialize(3);
    return network;
  }

  private static float[] numbers(int length) {
    float[] numbers = new float[length];
    for (int i = 0; i < length; i++) {
      numbers[i] = (float) (2 * CounterRandom.uniform(4, 1, i) - 1);
    }
    return numbers;
  }
}
