package dev.millrace.engine.network;

import static dev.millrace.engine.network.LayerCase.ROWS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.engine.kernel.KernelChoice;
import dev.millrace.engine.layer.Entries;
import dev.millrace.engine.layer.LayerSpec;
import dev.millrace.engine.loss.LossSpec;
import dev.millrace.engine.network.DoubleGraph.Active;
import dev.millrace.engine.optim.OptimizerSpec;
import dev.millrace.engine.params.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every kind of layer, in small graphs: outputs against an independent forward in double, and
 * gradients by parameters, rows of tables and inputs against its central differences. A gradient is
 * read off one step of plain gradient descent with learning rate 1.
 */
class LayerGradientTest {
  private static final double STEP = 1e-5;

  static Stream<Arguments> cases() {
    return Stream.of(KernelChoice.Mode.PLAIN, KernelChoice.Mode.VECTOR)
        .flatMap(
            mode ->
                Stream.concat(LayerCase.ofNumbers().stream(), LayerCase.ofCategories().stream())
                    .map(one -> Arguments.of(mode, one)));
  }

  /** Every case with every other loss; the twins' gradients agree to the bit anyway. */
  static Stream<Arguments> casesWithLosses() {
    return LossSpec.names().stream()
        .map(LossSpec::of)
        .filter(loss -> !loss.equals(LossSpec.MEAN_SQUARED_ERROR))
        .flatMap(
            loss ->
                Stream.concat(LayerCase.ofNumbers().stream(), LayerCase.ofCategories().stream())
                    .map(one -> Arguments.of(one, loss)));
  }

  static Stream<Arguments> casesOfNumbers() {
    return cases().filter(arguments -> ((LayerCase) arguments.get()[1]).categories().isEmpty());
  }

  @ParameterizedTest
  @MethodSource("cases")
  void outputsAndGradientsAreThoseOfTheDefinition(KernelChoice.Mode mode, LayerCase one) {
    check(mode, one, LossSpec.MEAN_SQUARED_ERROR);
  }

  @ParameterizedTest
  @MethodSource("casesWithLosses")
  void gradientsAreThoseOfTheDefinitionWithEveryLoss(LayerCase one, LossSpec loss) {
    check(KernelChoice.Mode.VECTOR, one.withOutputOf(loss), loss);
  }

  private static void check(KernelChoice.Mode mode, LayerCase one, LossSpec loss) {
    OptimizerSpec descent = OptimizerSpec.of("sgd", Map.of("learning_rate", 1.0));
    Network network = one.network(mode, descent, loss);
    LayerCase.scatter(network);
    float[] x = one.x(ROWS);
    Entries entries = one.entries(ROWS);
    float[] targets = LayerCase.targets(loss, ROWS);
    DoubleGraph exact = new DoubleGraph(one);
    Map<String, double[]> weights = weights(network);
    exact.weights(weights);

    float[] y = network.forward(x, 0, entries, 0, ROWS);
    for (int row = 0; row < ROWS; row++) {
      double[] expected = exact.outputs(numbers(one, x, row), active(one, entries, row), 0, row);
      for (int j = 0; j < 2; j++) {
        assertThat(Math.abs(y[row * 2 + j] - expected[j]))
            .isLessThan(5e-6 * Math.max(1, Math.abs(expected[j])));
      }
    }

    assertThat(network.learn(targets, 0, ROWS)).isTrue();
    Map<String, double[]> after = weights(network);
    List<Tensor> learned = network.layout().tensors().stream().filter(network::learns).toList();
    Map<String, double[]> numeric = new LinkedHashMap<>();
    double scale = 0;
    for (Tensor tensor : learned) {
      double[] w = weights.get(tensor.name());
      double[] g = new double[w.length];
      for (int i = 0; i < w.length; i++) {
        double weight = w[i];
        w[i] = weight + STEP;
        double above = objective(exact, one, weights, x, entries, loss, targets);
        w[i] = weight - STEP;
        double below = objective(exact, one, weights, x, entries, loss, targets);
        w[i] = weight;
        g[i] = (above - below) / (2 * STEP);
        scale = Math.max(scale, Math.abs(g[i]));
      }
      numeric.put(tensor.name(), g);
    }
    assertThat(scale).isGreaterThan(0.002); // a focal loss has small ones
    for (String tensor : numeric.keySet()) {
      double[] expected = numeric.get(tensor);
      assertThat(Arrays.stream(expected).anyMatch(g -> g != 0)).as(tensor).isTrue();
      for (int i = 0; i < expected.length; i++) {
        double analytic = weights.get(tensor)[i] - after.get(tensor)[i];
        assertThat(Math.abs(analytic - expected[i]))
            .as("%s[%d]: analytic %s, numeric %s", tensor, i, analytic, expected[i])
            .isLessThan(1e-4 * Math.abs(expected[i]) + 1e-5 * scale + 2e-7);
      }
    }
  }

  /** The mean loss of a training pass, and the penalties. */
  private static double objective(
      DoubleGraph exact,
      LayerCase one,
      Map<String, double[]> weights,
      float[] x,
      Entries entries,
      LossSpec loss,
      float[] targets) {
    double sum = 0;
    int perRow = targets.length / ROWS;
    for (int row = 0; row < ROWS; row++) {
      double[] y = exact.outputs(numbers(one, x, row), active(one, entries, row), 1, row);
      double[] target = new double[perRow];
      for (int j = 0; j < perRow; j++) {
        target[j] = targets[row * perRow + j];
      }
      sum += DoubleLoss.of(loss, y, target);
    }
    return sum / ROWS + penalties(one, weights, entries);
  }

  /** Rows of a table are made smaller only in the steps that use them. */
  private static double penalties(LayerCase one, Map<String, double[]> weights, Entries entries) {
    double sum = 0;
    for (LayerSpec spec : one.layers()) {
      if (spec instanceof LayerSpec.Dense dense && dense.l1() + dense.l2() > 0) {
        for (double w : weights.get(dense.name() + "/kernel")) {
          sum += dense.l1() * Math.abs(w) + dense.l2() * w * w;
        }
      }
      if (spec instanceof LayerSpec.Embedding embedding && embedding.l2() > 0) {
        double[] table = weights.get(embedding.name() + "/embeddings");
        int first = 0;
        for (String field : embedding.inputs()) {
          for (int index : used(one, entries, field)) {
            for (int j = 0; j < embedding.outputDim(); j++) {
              double w = table[(first + index) * embedding.outputDim() + j];
              sum += embedding.l2() * w * w;
            }
          }
          first += one.categories().get(field);
        }
      }
    }
    return sum;
  }

  private static List<Integer> used(LayerCase one, Entries entries, String field) {
    return IntStream.range(0, ROWS)
        .boxed()
        .flatMap(row -> active(one, entries, row).get(field).stream().map(Active::index))
        .distinct()
        .toList();
  }

  @ParameterizedTest
  @MethodSource("casesOfNumbers")
  void inputGradientsAreThoseOfFiniteDifferences(KernelChoice.Mode mode, LayerCase one) {
    Network network = one.network(mode, OptimizerSpec.of("adam"));
    LayerCase.scatter(network);
    float[] x = one.x(ROWS);
    DoubleGraph exact = new DoubleGraph(one);
    exact.weights(weights(network));
    float[] dx = new float[ROWS * one.numbers()];
    network.inputGradient(x, 0, ROWS, 1, dx);
    for (int row = 0; row < ROWS; row++) {
      for (int k = 0; k < one.numbers(); k++) {
        double[] moved = numbers(one, x, row);
        moved[k] += STEP;
        double above = exact.outputs(moved, Map.of(), 0, row)[1];
        moved[k] -= 2 * STEP;
        double below = exact.outputs(moved, Map.of(), 0, row)[1];
        double numeric = (above - below) / (2 * STEP);
        assertThat(Math.abs(dx[row * one.numbers() + k] - numeric))
            .as("input %d of row %d: %s, numeric %s", k, row, dx[row * one.numbers() + k], numeric)
            .isLessThan(1e-4 * Math.abs(numeric) + 1e-5);
      }
    }
  }

  private static double[] numbers(LayerCase one, float[] x, int row) {
    double[] numbers = new double[one.numbers()];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = x[row * numbers.length + i];
    }
    return numbers;
  }

  private static Map<String, List<Active>> active(LayerCase one, Entries entries, int row) {
    Map<String, List<Active>> active = new LinkedHashMap<>();
    int number = 0;
    int base = 0;
    for (Map.Entry<String, Integer> field : one.categories().entrySet()) {
      List<Active> some = new ArrayList<>();
      for (int e = entries.start(row, number); e < entries.end(row, number); e++) {
        some.add(new Active(entries.index(e) - base, entries.weight(e)));
      }
      active.put(field.getKey(), some);
      number++;
      base += field.getValue();
    }
    return active;
  }

  private static Map<String, double[]> weights(Network network) {
    Map<String, double[]> weights = new LinkedHashMap<>();
    for (Tensor tensor : network.layout().tensors()) {
      float[] floats = network.layout().copyOf(tensor.name(), network.parameters());
      double[] doubles = new double[floats.length];
      for (int i = 0; i < doubles.length; i++) {
        doubles[i] = floats[i];
      }
      weights.put(tensor.name(), doubles);
    }
    return weights;
  }
}
