package dev.millrace.engine.network;

import dev.millrace.engine.layer.Activation;
import dev.millrace.engine.layer.DoubleActivations;
import dev.millrace.engine.layer.LayerSpec;
import dev.millrace.engine.layer.LayerSpec.Combiner;
import dev.millrace.engine.layer.Layers;
import dev.millrace.engine.random.CounterRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.function.DoubleBinaryOperator;

/**
 * What a graph of layers computes for a row, in double, from the formulas in their documentation
 * and not from the engine.
 */
final class DoubleGraph {
  /** An active category of a field, counted within the field. */
  record Active(int index, double weight) {}

  private final List<LayerSpec> layers;
  private final SequencedMap<String, Integer> sizes;
  private Map<String, double[]> weights = new HashMap<>();

  // The row at hand.
  private final Map<String, double[]> values = new HashMap<>();
  private Map<String, List<Active>> entries = Map.of();
  private long step; // 0 if it is no training pass
  private int row;

  DoubleGraph(LayerCase one) {
    layers = Layers.resolve(one.layers());
    sizes = one.categories();
  }

  /** Takes the weights by the names of their tensors, row-major. */
  void weights(Map<String, double[]> byTensor) {
    weights = byTensor;
  }

  double[] outputs(double[] numbers, Map<String, List<Active>> active, long step, int row) {
    values.clear();
    values.put("numbers", numbers);
    entries = active;
    this.step = step;
    this.row = row;
    for (int i = 0; i < layers.size(); i++) {
      values.put(layers.get(i).name(), compute(layers.get(i), i));
    }
    return values.get(layers.getLast().name());
  }

  private double[] compute(LayerSpec spec, int number) {
    String name = spec.name();
    return switch (spec) {
      case LayerSpec.Dense dense ->
          activate(
              dense.activation(),
              linear(name, dense.inputs(), dense.units(), dense.useBias() ? "/bias" : null));
      case LayerSpec.ActivationLayer layer ->
          DoubleActivations.apply(layer.activation(), numbers(layer.inputs()));
      case LayerSpec.Embedding embedding -> embedding(embedding);
      case LayerSpec.EmbeddingBag bag -> bag(bag);
      case LayerSpec.Concatenate concatenate -> numbers(concatenate.inputs());
      case LayerSpec.Add add -> fold(add.inputs(), Double::sum);
      case LayerSpec.Multiply multiply -> fold(multiply.inputs(), (a, b) -> a * b);
      case LayerSpec.Maximum maximum -> fold(maximum.inputs(), Math::max);
      case LayerSpec.Average average ->
          Arrays.stream(fold(average.inputs(), Double::sum))
              .map(sum -> sum / average.inputs().size())
              .toArray();
      case LayerSpec.Dropout dropout -> dropout(dropout, number);
      case LayerSpec.LayerNormalization normal -> normalize(normal);
      case LayerSpec.BatchNormalization normal -> normalize(normal);
      case LayerSpec.Cross cross -> cross(cross);
      case LayerSpec.FactorizationMachine machine -> machine(machine);
      case LayerSpec.RecursiveLeastSquares squares ->
          throw new IllegalArgumentException("no parameters decide it, layer=" + squares.name());
    };
  }

  private double[] numbers(List<String> inputs) {
    return inputs.stream()
        .map(input -> input.equals("features") ? "numbers" : input)
        .filter(values::containsKey)
        .flatMapToDouble(input -> Arrays.stream(values.get(input)))
        .toArray();
  }

  private List<String> fields(List<String> inputs) {
    List<String> fields = new ArrayList<>();
    for (String input : inputs) {
      if (input.equals("features") || input.equals("categories")) {
        fields.addAll(sizes.keySet());
      } else if (sizes.containsKey(input)) {
        fields.add(input);
      }
    }
    return fields;
  }

  /** Each active category as the row of a table that has the fields one behind the other. */
  private List<Active> tableRows(List<String> inputs) {
    List<Active> rows = new ArrayList<>();
    int first = 0;
    for (String field : fields(inputs)) {
      for (Active active : entries.get(field)) {
        rows.add(new Active(first + active.index(), active.weight()));
      }
      first += sizes.get(field);
    }
    return rows;
  }

  private double[] linear(String tensors, List<String> inputs, int units, String bias) {
    double[] x = numbers(inputs);
    double[] z = new double[units];
    for (int j = 0; j < units; j++) {
      z[j] = bias == null ? 0 : weights.get(tensors + bias)[j];
      for (int k = 0; k < x.length; k++) {
        z[j] += x[k] * weights.get(tensors + "/kernel")[k * units + j];
      }
      for (Active active : tableRows(inputs)) {
        z[j] += active.weight() * weights.get(tensors + "/categories")[active.index() * units + j];
      }
    }
    return z;
  }

  private static double[] activate(Activation activation, double[] z) {
    return DoubleActivations.apply(activation, z);
  }

  private double[] embedding(LayerSpec.Embedding spec) {
    double[] all = {};
    double[] table = weights.get(spec.name() + "/embeddings");
    int first = 0;
    for (String field : fields(spec.inputs())) {
      double[] y = new double[spec.outputDim()];
      for (Active active : entries.get(field)) {
        for (int j = 0; j < y.length; j++) {
          y[j] += active.weight() * table[(first + active.index()) * y.length + j];
        }
      }
      all = Arrays.copyOf(all, all.length + y.length);
      System.arraycopy(y, 0, all, all.length - y.length, y.length);
      first += sizes.get(field);
    }
    return all;
  }

  private double[] bag(LayerSpec.EmbeddingBag spec) {
    double[] y = new double[spec.outputDim()];
    double[] table = weights.get(spec.name() + "/embeddings");
    double sum = 0;
    double squares = 0;
    for (Active active : tableRows(spec.inputs())) {
      for (int j = 0; j < y.length; j++) {
        y[j] += active.weight() * table[active.index() * y.length + j];
      }
      sum += active.weight();
      squares += active.weight() * active.weight();
    }
    double divisor =
        spec.combiner() == Combiner.SUM
            ? 1
            : spec.combiner() == Combiner.MEAN ? sum : Math.sqrt(squares);
    return Arrays.stream(y).map(value -> divisor == 0 ? 0 : value / divisor).toArray();
  }

  private double[] fold(List<String> inputs, DoubleBinaryOperator operator) {
    double[] y = values.get(inputs.getFirst()).clone();
    for (String input : inputs.subList(1, inputs.size())) {
      for (int j = 0; j < y.length; j++) {
        y[j] = operator.applyAsDouble(y[j], values.get(input)[j]);
      }
    }
    return y;
  }

  private double[] dropout(LayerSpec.Dropout spec, int number) {
    double[] y = numbers(spec.inputs());
    if (step == 0) {
      return y;
    }
    long stepSeed = CounterRandom.bits(LayerCase.SEED, (2L << 32) + number, step);
    long dropped = Math.round(spec.rate() * 65536);
    for (int j = 0; j < y.length; j++) {
      long chance = CounterRandom.bits(stepSeed, row, j / 4) >>> (16 * (j % 4)) & 0xffff;
      y[j] = chance < dropped ? 0 : y[j] * 65536 / (65536 - dropped);
    }
    return y;
  }

  private double[] normalize(LayerSpec.LayerNormalization spec) {
    double[] x = numbers(spec.inputs());
    double mean = Arrays.stream(x).average().orElseThrow();
    double variance = Arrays.stream(x).map(a -> (a - mean) * (a - mean)).average().orElseThrow();
    double[] y = new double[x.length];
    for (int j = 0; j < x.length; j++) {
      double gamma = spec.scale() ? weights.get(spec.name() + "/gamma")[j] : 1;
      double beta = spec.center() ? weights.get(spec.name() + "/beta")[j] : 0;
      y[j] = gamma * (x[j] - mean) / Math.sqrt(variance + spec.epsilon()) + beta;
    }
    return y;
  }

  private double[] normalize(LayerSpec.BatchNormalization spec) {
    double[] x = numbers(spec.inputs());
    double[] y = new double[x.length];
    for (int j = 0; j < x.length; j++) {
      double gamma = spec.scale() ? weights.get(spec.name() + "/gamma")[j] : 1;
      double beta = spec.center() ? weights.get(spec.name() + "/beta")[j] : 0;
      double mean = weights.get(spec.name() + "/moving_mean")[j];
      double variance = weights.get(spec.name() + "/moving_variance")[j];
      y[j] = gamma * (x[j] - mean) / Math.sqrt(variance + spec.epsilon()) + beta;
    }
    return y;
  }

  private double[] cross(LayerSpec.Cross spec) {
    double[] x0 = numbers(spec.inputs().subList(0, 1));
    double[] x = numbers(List.of(spec.inputs().getLast()));
    List<String> from = List.of(spec.inputs().getLast());
    if (spec.projectionDim() > 0) {
      values.put("low", linear(spec.name() + "/projection", from, spec.projectionDim(), null));
      from = List.of("low");
    }
    double[] p = linear(spec.name(), from, x.length, spec.useBias() ? "/bias" : null);
    values.remove("low");
    for (int j = 0; j < x.length; j++) {
      p[j] = x0[j] * p[j] + x[j];
    }
    return p;
  }

  /** By all pairs, as the definition has it. */
  private double[] machine(LayerSpec.FactorizationMachine spec) {
    List<Double> x = new ArrayList<>();
    List<double[]> vectors = new ArrayList<>();
    double[] numbers = numbers(spec.inputs());
    for (int i = 0; i < numbers.length; i++) {
      x.add(numbers[i]);
      vectors.add(vector(spec, "/factors/kernel", i));
    }
    for (Active active : tableRows(spec.inputs())) {
      x.add(active.weight());
      vectors.add(vector(spec, "/factors/categories", active.index()));
    }
    double y = spec.linear() ? linear(spec.name() + "/linear", spec.inputs(), 1, "/bias")[0] : 0;
    for (int i = 0; i < x.size(); i++) {
      for (int j = i + 1; j < x.size(); j++) {
        for (int f = 0; f < spec.factors(); f++) {
          y += x.get(i) * x.get(j) * vectors.get(i)[f] * vectors.get(j)[f];
        }
      }
    }
    return new double[] {y};
  }

  private double[] vector(LayerSpec.FactorizationMachine spec, String tensor, int index) {
    double[] all = weights.get(spec.name() + tensor);
    return Arrays.copyOfRange(all, index * spec.factors(), (index + 1) * spec.factors());
  }
}
