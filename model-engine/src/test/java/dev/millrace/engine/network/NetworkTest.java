package dev.millrace.engine.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.engine.kernel.KernelChoice;
import dev.millrace.engine.kernel.Kernels;
import dev.millrace.engine.layer.Activation;
import dev.millrace.engine.layer.LayerSpec;
import dev.millrace.engine.loss.LossSpec;
import dev.millrace.engine.optim.EveryOptimizer;
import dev.millrace.engine.optim.OptimizerSpec;
import dev.millrace.engine.params.Tensor;
import dev.millrace.engine.random.CounterRandom;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class NetworkTest {
  private static final Kernels KERNELS = KernelChoice.select(KernelChoice.Mode.AUTO).kernels();
  private static final List<LayerSpec> LAYERS =
      List.of(
          LayerSpec.dense(33, Activation.RELU),
          LayerSpec.dense(17, Activation.TANH),
          LayerSpec.dense(3, Activation.SOFTMAX));

  private final float[] x = numbers(33 * 21);
  private final float[] targets = targets(33);

  @ParameterizedTest
  @EnumSource(KernelChoice.Mode.class)
  void aRowHasTheSameBitsInEveryBatch(KernelChoice.Mode mode) {
    Network network = network(KernelChoice.select(mode).kernels(), OptimizerSpec.of("adam"));
    float[] together = network.forward(x, 0, 33).clone();
    float[] lossesTogether = network.losses(targets, 0, 33).clone();
    for (int rows = 1; rows < 12; rows++) {
      for (int first = 0; first + rows <= 33; first += rows) {
        float[] some = Arrays.copyOf(network.forward(x, first * 21, rows), rows * 3);
        assertThat(some)
            .containsExactly(Arrays.copyOfRange(together, first * 3, (first + rows) * 3));
        float[] losses = Arrays.copyOf(network.losses(targets, first, rows), rows);
        assertThat(losses).containsExactly(Arrays.copyOfRange(lossesTogether, first, first + rows));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("optimizers")
  void bothTwinsLearnTheSameBits(String name) {
    Network plain = network(KernelChoice.select(KernelChoice.Mode.PLAIN).kernels(), spec(name));
    Network vector = network(KernelChoice.select(KernelChoice.Mode.VECTOR).kernels(), spec(name));
    for (int step = 0; step < 20; step++) {
      int rows = 1 + step % 7;
      assertThat(step(plain, step, rows)).isTrue();
      assertThat(step(vector, step, rows)).isTrue();
    }
    assertThat(vector.parameters()).containsExactly(plain.parameters());
    for (String slot : plain.slotNames()) {
      assertThat(vector.slot(slot)).containsExactly(plain.slot(slot));
    }
    assertThat(vector.steps()).isEqualTo(20);
  }

  @ParameterizedTest
  @MethodSource("optimizers")
  void goingOnFromCopiedStateEqualsNeverHavingStopped(String name) {
    Network first = network(KERNELS, spec(name));
    for (int step = 0; step < 10; step++) {
      step(first, step, 5);
    }
    Network second = network(KERNELS, spec(name));
    copy(first.parameters(), second.parameters());
    first.slotNames().forEach(slot -> copy(first.slot(slot), second.slot(slot)));
    second.restoreSteps(first.steps());
    for (int step = 10; step < 20; step++) {
      step(first, step, 5);
      step(second, step, 5);
    }
    assertThat(second.parameters()).containsExactly(first.parameters());
    assertThat(second.steps()).isEqualTo(first.steps());
  }

  @ParameterizedTest
  @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, 1e30f, 3e38f})
  void aStepThatIsNotFiniteChangesNoBit(float poison) {
    for (String name : List.of("adam", "momentum")) {
      Network network =
          new Network(
              21,
              List.of(LayerSpec.dense(9, Activation.RELU), LayerSpec.dense(1, Activation.LINEAR)),
              LossSpec.MEAN_SQUARED_ERROR,
              spec(name),
              33,
              KERNELS);
      network.initialize(3);
      step(network, 0, 8);
      float[] parameters = network.parameters().clone();
      List<float[]> slots = network.slotNames().stream().map(s -> network.slot(s).clone()).toList();
      float[] poisoned = x.clone();
      poisoned[4 * 21 + 7] = poison;
      network.forward(poisoned, 0, 8);
      assertThat(network.learn(targets, 0, 8)).isFalse();
      float[] poisonedTargets = targets.clone();
      poisonedTargets[2] = poison;
      network.forward(x, 0, 8);
      assertThat(network.learn(poisonedTargets, 0, 8)).isFalse();
      assertThat(bits(network.parameters())).containsExactly(bits(parameters));
      for (int i = 0; i < slots.size(); i++) {
        float[] slot = network.slot(network.slotNames().get(i));
        assertThat(bits(slot)).containsExactly(bits(slots.get(i)));
      }
      assertThat(network.steps()).isEqualTo(1);
      assertThat(step(network, 1, 8)).isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(floats = {1e19f, 3e38f})
  void aGradientOutOfRangeBehindAFiniteLossChangesNoBit(float input) {
    Network network = single(1, Activation.LINEAR, LossSpec.MEAN_SQUARED_ERROR);
    float[] huge = {input};
    float[] ten = {10f};
    network.forward(huge, 0, 1);
    assertThat(network.losses(ten, 0, 1)[0]).isEqualTo(100f);
    assertThat(network.learn(ten, 0, 1)).isFalse();
    assertThat(network.parameters()).containsOnly(0f);
    assertThat(network.slot("m")).containsOnly(0f);
    assertThat(network.slot("v")).containsOnly(0f);
    assertThat(network.steps()).isZero();
  }

  @ParameterizedTest
  @ValueSource(floats = {1e4f, -1e4f, 1e30f})
  void crossEntropiesStayFiniteAtExtremeSums(float logit) {
    Network softmax = single(2, Activation.SOFTMAX, LossSpec.SPARSE_CATEGORICAL_CROSSENTROPY);
    setFirstWeight(softmax, logit);
    float[] one = {1f};
    assertThat(softmax.forward(one, 0, 1))
        .containsExactly(logit > 0 ? 1f : 0f, logit > 0 ? 0f : 1f);
    assertThat(softmax.losses(new float[] {0f}, 0, 1)[0]).isEqualTo(Math.max(-logit, 0f));
    assertThat(softmax.losses(new float[] {1f}, 0, 1)[0]).isEqualTo(Math.max(logit, 0f));
    assertThat(softmax.learn(new float[] {1f}, 0, 1)).isTrue();

    Network sigmoid = single(1, Activation.SIGMOID, LossSpec.BINARY_CROSSENTROPY);
    setFirstWeight(sigmoid, logit);
    assertThat(sigmoid.forward(one, 0, 1)).containsExactly(logit > 0 ? 1f : 0f);
    assertThat(sigmoid.losses(new float[] {0f}, 0, 1)[0]).isEqualTo(Math.max(logit, 0f));
    assertThat(sigmoid.losses(new float[] {1f}, 0, 1)[0]).isEqualTo(Math.max(-logit, 0f));
    assertThat(sigmoid.learn(new float[] {0f}, 0, 1)).isTrue();
  }

  private static void setFirstWeight(Network network, float weight) {
    network.parameters()[network.layout().tensors().getFirst().index(0, 0)] = weight;
  }

  @Test
  void aSmallCrossEntropyKeepsItsDigits() {
    Network softmax = single(2, Activation.SOFTMAX, LossSpec.SPARSE_CATEGORICAL_CROSSENTROPY);
    setFirstWeight(softmax, 20f);
    softmax.forward(new float[] {1f}, 0, 1);
    double loss = softmax.losses(new float[] {0f}, 0, 1)[0];
    assertThat(Math.abs(loss / Math.log1p(Math.exp(-20)) - 1)).isLessThan(1e-6);
  }

  @Test
  void initialWeightsAreGlorotUniformAndDependOnTheSeedAlone() {
    Network first = network(KERNELS, OptimizerSpec.of("adam"));
    Network second = network(KERNELS, OptimizerSpec.of("adam"));
    step(second, 0, 5);
    second.initialize(3);
    assertThat(second.parameters()).containsExactly(first.parameters());
    assertThat(second.slot("v")).containsOnly(0f);
    assertThat(second.steps()).isZero();
    second.initialize(4);
    assertThat(second.parameters()).isNotEqualTo(first.parameters());
    Tensor kernel = first.layout().tensor("dense_0/kernel");
    double limit = Math.sqrt(6.0 / (21 + 33));
    double sum = 0;
    double squares = 0;
    for (float weight : first.layout().copyOf("dense_0/kernel", first.parameters())) {
      assertThat(Math.abs(weight)).isLessThanOrEqualTo((float) limit);
      sum += weight;
      squares += weight * weight;
    }
    assertThat(Math.abs(sum / kernel.size())).isLessThan(0.1 * limit);
    assertThat(Math.abs(squares / kernel.size() / (limit * limit / 3) - 1)).isLessThan(0.1);
    assertThat(first.layout().copyOf("dense_0/bias", first.parameters())).containsOnly(0f);
  }

  @Test
  void learnNeedsAForwardOfTheSameRows() {
    Network network = network(KERNELS, OptimizerSpec.of("adam"));
    assertThatThrownBy(() -> network.learn(targets, 0, 5))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("a forward of the same rows must come first");
    network.forward(x, 0, 5);
    assertThatThrownBy(() -> network.learn(targets, 0, 6))
        .isInstanceOf(IllegalStateException.class);
    assertThat(network.learn(targets, 0, 5)).isTrue();
    assertThatThrownBy(() -> network.learn(targets, 0, 5))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void impossibleNetworksAreRefusedWithTheReason() {
    assertThatThrownBy(() -> single(3, Activation.LINEAR, LossSpec.SPARSE_CATEGORICAL_CROSSENTROPY))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "sparse_categorical_crossentropy needs an output layer with activation softmax, "
                + "activation=linear");
    assertThatThrownBy(
            () -> single(1, Activation.SOFTMAX, LossSpec.SPARSE_CATEGORICAL_CROSSENTROPY))
        .hasMessageContaining("needs at least 2 outputs");
    assertThatThrownBy(() -> single(1, Activation.TANH, LossSpec.BINARY_CROSSENTROPY))
        .hasMessageContaining("needs an output layer with activation sigmoid");
    Network network = network(KERNELS, OptimizerSpec.of("adam"));
    assertThatThrownBy(() -> network.forward(x, 0, 34))
        .hasMessage("rows must be from 1 to 33, rows=34");
    network.forward(x, 0, 2);
    assertThatThrownBy(() -> network.losses(new float[] {0f, 3f}, 0, 2))
        .hasMessage("target must be a class index from 0 to 2, target=3.0");
    assertThatThrownBy(() -> network.losses(new float[] {0f, 0.5f}, 0, 2))
        .hasMessage("target must be a class index from 0 to 2, target=0.5");
    assertThatThrownBy(() -> network.slot("momentum"))
        .hasMessage("slot must be one of [m, v], name=momentum");
    assertThatThrownBy(
            () ->
                new Network(
                    1 << 20,
                    List.of(LayerSpec.dense(1 << 12, Activation.LINEAR)),
                    LossSpec.MEAN_SQUARED_ERROR,
                    OptimizerSpec.of("sgd"),
                    1,
                    KERNELS))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("a model holds at most 2^31 - 77 parameters");
    assertThatThrownBy(
            () ->
                new Network(
                    1 << 20,
                    List.of(LayerSpec.dense(1, Activation.LINEAR)),
                    LossSpec.MEAN_SQUARED_ERROR,
                    OptimizerSpec.of("sgd"),
                    1 << 12,
                    KERNELS))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("the most rows of a batch times the width of a layer");
  }

  private boolean step(Network network, int step, int rows) {
    int offset = step % 20 * 21;
    network.forward(x, offset, rows);
    return network.learn(targets, step % 20, rows);
  }

  private static Network network(Kernels kernels, OptimizerSpec optimizer) {
    Network network =
        new Network(21, LAYERS, LossSpec.SPARSE_CATEGORICAL_CROSSENTROPY, optimizer, 33, kernels);
    network.initialize(3);
    return network;
  }

  private static Network single(int units, Activation activation, LossSpec loss) {
    return new Network(
        1, List.of(LayerSpec.dense(units, activation)), loss, OptimizerSpec.of("adam"), 1, KERNELS);
  }

  private static OptimizerSpec spec(String key) {
    return EveryOptimizer.spec(key);
  }

  private static List<String> optimizers() {
    return EveryOptimizer.keys();
  }

  private static void copy(float[] from, float[] to) {
    System.arraycopy(from, 0, to, 0, to.length);
  }

  private static int[] bits(float[] values) {
    int[] bits = new int[values.length];
    for (int i = 0; i < bits.length; i++) {
      bits[i] = Float.floatToRawIntBits(values[i]);
    }
    return bits;
  }

  private static float[] numbers(int size) {
    float[] numbers = new float[size];
    for (int i = 0; i < size; i++) {
      numbers[i] = (float) (2 * CounterRandom.uniform(1, 2, i) - 1);
    }
    return numbers;
  }

  private static float[] targets(int rows) {
    float[] targets = new float[rows];
    for (int row = 0; row < rows; row++) {
      targets[row] = Long.remainderUnsigned(CounterRandom.bits(1, 3, row), 3);
    }
    return targets;
  }
}
