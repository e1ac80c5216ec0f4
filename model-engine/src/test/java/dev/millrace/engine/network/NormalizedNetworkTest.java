package dev.millrace.engine.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.millrace.engine.kernel.KernelChoice;
import dev.millrace.engine.kernel.Kernels;
import dev.millrace.engine.kernel.Workers;
import dev.millrace.engine.layer.Activation;
import dev.millrace.engine.layer.Entries;
import dev.millrace.engine.layer.LayerSpec;
import dev.millrace.engine.loss.LossSpec;
import dev.millrace.engine.optim.DoubleOptimizer;
import dev.millrace.engine.optim.OptimizerSpec;
import dev.millrace.engine.params.Tensor;
import dev.millrace.engine.random.CounterRandom;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** That an optimiser that normalises is told the squared length of what each layer reads. */
class NormalizedNetworkTest {
  private static final int INPUTS = 5;
  private static final int FIELDS = 2;
  private static final int CATEGORIES = 8;
  private static final int STEPS = 20;

  private final SequencedMap<String, Integer> fields = new LinkedHashMap<>();

  NormalizedNetworkTest() {
    fields.put("a", 3);
    fields.put("b", CATEGORIES - 3);
  }

  private Network network(OptimizerSpec optimizer, int rows, KernelChoice.Mode mode) {
    Kernels kernels = KernelChoice.select(mode).kernels();
    List<LayerSpec> layers =
        List.of(LayerSpec.dense(6, Activation.TANH), LayerSpec.dense(1, Activation.LINEAR));
    Network network =
        new Network(
            INPUTS,
            fields,
            layers,
            LossSpec.MEAN_SQUARED_ERROR,
            optimizer,
            rows,
            kernels,
            Workers.ONE);
    network.initialize(9);
    return network;
  }

  private static double uniform(long stream, int step, int i) {
    return CounterRandom.uniform(3, stream, step * 1000L + i) - 0.5;
  }

  /**
   * The gradient is what plain descent at rate 1 takes off the same weights; the length of the
   * second layer's input is that of the activations, computed in double.
   */
  @ParameterizedTest
  @CsvSource({
    "normalized_sgd, 1, 0, PLAIN",
    "normalized_sgd, 4, 0, AUTO",
    "normalized_sgd, 4, 1e6, AUTO",
    "normalized_adagrad, 1, 0, AUTO",
    "normalized_adagrad, 4, 0, PLAIN",
    "normalized_adagrad, 4, 1e6, AUTO",
  })
  void dividesByWhatEachLayerReads(String name, int rows, double clipnorm, KernelChoice.Mode mode) {
    OptimizerSpec spec = OptimizerSpec.of(name, Map.of("learning_rate", 0.1, "clipnorm", clipnorm));
    Network network = network(spec, rows, mode);
    Network oracle = network(OptimizerSpec.of("sgd", Map.of("learning_rate", 1.0)), rows, mode);
    Map<Integer, DoubleOptimizer> exact = new HashMap<>();
    float[] x = new float[rows * INPUTS];
    float[] targets = new float[rows];
    for (int step = 1; step <= STEPS; step++) {
      Entries entries = rows(step, rows, x, targets);
      System.arraycopy(network.parameters(), 0, oracle.parameters(), 0, oracle.parameters().length);
      double[] squares = {
        (squaresOf(x) + squaresOf(entries)) / rows, hiddenSquares(network, x, entries, rows)
      };
      network.forward(x, 0, entries, 0, rows);
      oracle.forward(x, 0, entries, 0, rows);
      float[] before = network.parameters().clone();
      assertThat(network.learn(targets, 0, rows)).isTrue();
      assertThat(oracle.learn(targets, 0, rows)).isTrue();
      int layer = -1;
      for (Tensor tensor : network.layout().tensors()) {
        layer += tensor.name().endsWith("/kernel") ? 1 : 0;
        for (int i = tensor.offset(); i < tensor.offset() + tensor.length(); i++) {
          DoubleOptimizer weight =
              exact.computeIfAbsent(i, k -> new DoubleOptimizer(spec, before[k]));
          weight.reads(squares[layer]);
          weight.step(before[i] - oracle.parameters()[i], step);
          assertThat((double) network.parameters()[i])
              .as("step %d, %s, %d", step, tensor.name(), i - tensor.offset())
              .isCloseTo(weight.weight(), within(2e-5 * step));
        }
      }
      assertThat(layer).isEqualTo(1);
    }
  }

  private static Entries rows(int step, int rows, float[] x, float[] targets) {
    Entries entries = new Entries(FIELDS, rows);
    for (int row = 0; row < rows; row++) {
      for (int k = 0; k < INPUTS; k++) {
        x[row * INPUTS + k] = (float) (6 * uniform(1, step, row * INPUTS + k));
      }
      entries.add(Math.floorMod(step + row, 3), 1f);
      entries.endField();
      entries.add(3 + Math.floorMod(step, CATEGORIES - 3), 0.5f); // the same in every row
      entries.add(3 + Math.floorMod(step + 1 + row, CATEGORIES - 3), 2f);
      entries.endField();
      targets[row] = (float) (10 * uniform(2, step, row));
    }
    return entries;
  }

  private static double squaresOf(float[] x) {
    double sum = 0;
    for (float value : x) {
      sum += (double) value * value;
    }
    return sum;
  }

  private static double squaresOf(Entries entries) {
    double sum = 0;
    for (int e = 0; e < entries.count(); e++) {
      sum += (double) entries.weight(e) * entries.weight(e);
    }
    return sum;
  }

  private static double hiddenSquares(Network network, float[] x, Entries entries, int rows) {
    float[] kernel = network.layout().copyOf("dense_0/kernel", network.parameters());
    float[] table = network.layout().copyOf("dense_0/categories", network.parameters());
    float[] bias = network.layout().copyOf("dense_0/bias", network.parameters());
    double sum = 0;
    for (int row = 0; row < rows; row++) {
      for (int j = 0; j < bias.length; j++) {
        double z = bias[j];
        for (int k = 0; k < INPUTS; k++) {
          z += (double) x[row * INPUTS + k] * kernel[k * bias.length + j];
        }
        for (int e = entries.start(row, 0); e < entries.end(row, FIELDS - 1); e++) {
          z += (double) entries.weight(e) * table[entries.index(e) * bias.length + j];
        }
        sum += Math.tanh(z) * Math.tanh(z);
      }
    }
    return sum / rows;
  }

  /** At rate 1/2 the squared error's step of a linear output lands short of the target, always. */
  @ParameterizedTest
  @CsvSource({"0.01", "1", "1000", "1e6"})
  void neverOvershootsHoweverLongARowIs(float length) {
    OptimizerSpec spec = OptimizerSpec.of("normalized_sgd", Map.of("learning_rate", 0.5));
    Network network =
        new Network(
            INPUTS,
            List.of(LayerSpec.dense(1, Activation.LINEAR)),
            LossSpec.MEAN_SQUARED_ERROR,
            spec,
            1,
            KernelChoice.select(KernelChoice.Mode.AUTO).kernels());
    network.initialize(4);
    float[] x = {length, -length, length / 2, 0f, length};
    float[] targets = {3f};
    float first = network.forward(x, 0, 1)[0] - 3f;
    float before = first;
    for (int step = 0; step < 5; step++) {
      assertThat(network.learn(targets, 0, 1)).isTrue();
      float error = network.forward(x, 0, 1)[0] - 3f;
      assertThat(Math.abs(error)).isLessThanOrEqualTo(Math.abs(before) + 1e-5f * Math.abs(first));
      before = error;
    }
    assertThat(Math.abs(before)).isLessThan(1e-4f * Math.max(1f, Math.abs(first)));
  }
}
