package dev.millrace.formats.onnx;

import dev.millrace.engine.layer.Activation;
import dev.millrace.engine.layer.LayerSpec;
import dev.millrace.engine.layer.LayerSpec.Combiner;
import dev.millrace.formats.Tensors;
import dev.millrace.formats.onnx.Signals.Field;
import dev.millrace.formats.onnx.Signals.Source;
import dev.millrace.formats.onnx.Signals.Value;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The layers of a network as nodes, with their weights as constants. */
final class LayerNodes {
  private static final int ENTRIES = 1;
  private static final int COLUMNS = 2;

  private final Graph graph;
  private final Tensors tensors;
  private final String prefix; // of the names of tensors
  private final Signals signals;

  LayerNodes(Graph graph, Tensors tensors, String prefix, Signals signals) {
    this.graph = graph;
    this.tensors = tensors;
    this.prefix = prefix;
    this.signals = signals;
  }

  /** Adds all layers, and returns what the last one gives. */
  Value add(List<LayerSpec> layers) {
    Value last = null;
    for (LayerSpec layer : layers) {
      graph.enter(prefix + layer.name());
      last = add(layer);
      signals.put(layer.name(), last);
    }
    graph.enter("");
    return last;
  }

  private Value add(LayerSpec layer) {
    List<String> inputs = layer.inputs();
    return switch (layer) {
      case LayerSpec.Dense dense -> {
        Value z = dense(dense.name(), signals.source(inputs), dense.units());
        yield activated(dense.activation(), z);
      }
      case LayerSpec.ActivationLayer l -> activated(l.activation(), signals.values(inputs).get(0));
      case LayerSpec.Embedding embedding -> embedding(embedding);
      case LayerSpec.EmbeddingBag bag -> bag(bag);
      case LayerSpec.Concatenate l -> {
        List<Value> values = signals.values(inputs);
        yield new Value(graph.concat(names(values)), values.stream().mapToInt(Value::width).sum());
      }
      case LayerSpec.Add l -> joined("Add", inputs);
      case LayerSpec.Multiply l -> joined("Mul", inputs);
      case LayerSpec.Average l -> {
        Value sum = joined("Add", inputs);
        yield new Value(
            graph.node("Mul", List.of(sum.name(), graph.real(1f / inputs.size()))), sum.width());
      }
      case LayerSpec.Maximum l -> joined("Max", inputs);
      case LayerSpec.Dropout l -> signals.values(inputs).getFirst();
      case LayerSpec.LayerNormalization l -> layerNormalization(l);
      case LayerSpec.BatchNormalization l -> batchNormalization(l);
      case LayerSpec.Cross cross -> cross(cross);
      case LayerSpec.FactorizationMachine machine -> machine(machine);
      case LayerSpec.RecursiveLeastSquares squares -> squares(squares);
    };
  }

  private static List<String> names(List<Value> values) {
    return values.stream().map(Value::name).toList();
  }

  private Value activated(Activation activation, Value z) {
    return new Value(ActivationNodes.add(graph, activation, z.name()), z.width());
  }

  private Value joined(String operator, List<String> inputs) {
    List<Value> values = signals.values(inputs);
    String joined = values.getFirst().name();
    for (Value value : values.subList(1, values.size())) {
      joined = graph.node(operator, List.of(joined, value.name()));
    }
    return new Value(joined, values.getFirst().width());
  }

  /** x·W + the rows of the active categories + b, of which at least one is there. */
  private Value dense(String name, Source source, int units) {
    List<String> terms = new ArrayList<>();
    if (source.numbers() != null) {
      String kernel = tensor(name + "/kernel", source.numbers().width(), units);
      terms.add(graph.node("MatMul", List.of(source.numbers().name(), kernel)));
    }
    if (!source.fields().isEmpty()) {
      terms.addAll(rows(name + "/categories", source.fields(), units));
    }
    if (tensors.has(prefix + name + "/bias")) {
      terms.add(tensor(name + "/bias", units));
    }
    return new Value(graph.add(terms), units);
  }

  private String tensor(String name, int... shape) {
    String leaf = name.substring(name.lastIndexOf('/') + 1);
    return graph.tensor(leaf, tensors.floats(prefix + name), shape);
  }

  private static int size(List<Field> fields) {
    return fields.stream().mapToInt(Field::size).sum();
  }

  /** Of each field, Σ weight·row of the table, [N, columns]. */
  private List<String> rows(String table, List<Field> fields, int columns) {
    String rows = tensor(table, size(fields), columns);
    List<String> sums = new ArrayList<>();
    int first = 0;
    for (Field field : fields) {
      String at = graph.node("Add", List.of(field.indices(), graph.whole(first)));
      String entries = graph.node("Gather", List.of(rows, at)); // [N, entries, columns]
      if (field.weights() != null) {
        String weights = graph.node("Unsqueeze", List.of(field.weights(), graph.longs(COLUMNS)));
        entries = graph.node("Mul", List.of(entries, weights));
      }
      sums.add(graph.sum(entries, ENTRIES, false));
      first += field.size();
    }
    return sums;
  }

  private Value embedding(LayerSpec.Embedding embedding) {
    List<Field> fields = signals.source(embedding.inputs()).fields();
    int columns = embedding.outputDim();
    List<String> rows = rows(embedding.name() + "/embeddings", fields, columns);
    return new Value(graph.concat(rows), columns * fields.size());
  }

  private Value bag(LayerSpec.EmbeddingBag bag) {
    List<Field> fields = signals.source(bag.inputs()).fields();
    String sum = graph.add(rows(bag.name() + "/embeddings", fields, bag.outputDim()));
    if (bag.combiner() == Combiner.SUM) {
      return new Value(sum, bag.outputDim());
    }
    List<String> weights = new ArrayList<>();
    for (Field field : fields) {
      weights.add(total(field, bag.combiner() == Combiner.SQRTN));
    }
    String divisor = graph.add(weights);
    if (bag.combiner() == Combiner.SQRTN) {
      divisor = graph.node("Sqrt", divisor);
    }
    return new Value(graph.node("Div", List.of(sum, divisor)), bag.outputDim());
  }

  /** Σ weight or Σ weight² of a field, [N, 1] or 1. */
  private String total(Field field, boolean squares) {
    if (field.weights() == null) {
      return graph.real(1f);
    }
    String weights = field.weights();
    return graph.sum(
        squares ? graph.node("Mul", List.of(weights, weights)) : weights, ENTRIES, true);
  }

  private Value layerNormalization(LayerSpec.LayerNormalization l) {
    Value x = signals.values(l.inputs()).getFirst();
    String mean = graph.reduce("ReduceMean", x.name(), 1, true);
    String rest = graph.node("Sub", List.of(x.name(), mean));
    String variance = graph.reduce("ReduceMean", graph.node("Mul", List.of(rest, rest)), 1, true);
    String deviation = deviation(variance, l.epsilon());
    return gammaBeta(l.name(), graph.node("Div", List.of(rest, deviation)), x.width());
  }

  private Value batchNormalization(LayerSpec.BatchNormalization l) {
    Value x = signals.values(l.inputs()).getFirst();
    String mean = tensor(l.name() + "/moving_mean", x.width());
    String variance = tensor(l.name() + "/moving_variance", x.width());
    String rest = graph.node("Sub", List.of(x.name(), mean));
    String deviation = deviation(variance, l.epsilon());
    return gammaBeta(l.name(), graph.node("Div", List.of(rest, deviation)), x.width());
  }

  private String deviation(String variance, double epsilon) {
    return graph.node("Sqrt", graph.node("Add", List.of(variance, graph.real((float) epsilon))));
  }

  private Value gammaBeta(String name, String n, int width) {
    String y = n;
    if (tensors.has(prefix + name + "/gamma")) {
      y = graph.node("Mul", List.of(y, tensor(name + "/gamma", width)));
    }
    if (tensors.has(prefix + name + "/beta")) {
      y = graph.node("Add", List.of(y, tensor(name + "/beta", width)));
    }
    return new Value(y, width);
  }

  private Value cross(LayerSpec.Cross cross) {
    List<Value> read = signals.values(cross.inputs());
    Value x = read.getLast();
    Value p = x;
    if (cross.projectionDim() > 0) {
      Source source = new Source(x, List.of());
      p = dense(cross.name() + "/projection", source, cross.projectionDim());
    }
    p = dense(cross.name(), new Source(p, List.of()), x.width());
    String crossed = graph.node("Mul", List.of(read.getFirst().name(), p.name()));
    return new Value(graph.node("Add", List.of(crossed, x.name())), x.width());
  }

  /** ½·(|s|² - Σ x²·|v|²) with s = Σ x·v. */
  private Value machine(LayerSpec.FactorizationMachine machine) {
    Source source = signals.source(machine.inputs());
    int factors = machine.factors();
    List<String> sums = new ArrayList<>();
    List<String> squares = new ArrayList<>();
    if (source.numbers() != null) {
      Value x = source.numbers();
      String kernel = tensor(machine.name() + "/factors/kernel", x.width(), factors);
      sums.add(graph.node("MatMul", List.of(x.name(), kernel)));
      squares.add(graph.node("MatMul", List.of(square(x.name()), square(kernel))));
    }
    if (!source.fields().isEmpty()) {
      String table = machine.name() + "/factors/categories";
      sums.addAll(rows(table, source.fields(), factors));
      squares.addAll(squares(table, source.fields(), factors));
    }
    String all = square(graph.add(sums));
    String pairs = graph.sum(graph.node("Sub", List.of(all, graph.add(squares))), 1, true);
    String y = graph.node("Mul", List.of(pairs, graph.real(0.5f)));
    if (machine.linear()) {
      y = graph.node("Add", List.of(y, dense(machine.name() + "/linear", source, 1).name()));
    }
    return new Value(y, 1);
  }

  private String square(String value) {
    return graph.node("Mul", List.of(value, value));
  }

  /** Of each field, Σ (weight·row)², [N, columns]. */
  private List<String> squares(String table, List<Field> fields, int columns) {
    float[] values = tensors.floats(prefix + table);
    for (int i = 0; i < values.length; i++) {
      values[i] *= values[i];
    }
    List<String> sums = new ArrayList<>();
    int first = 0;
    for (Field field : fields) {
      float[] part = Arrays.copyOfRange(values, first * columns, (first + field.size()) * columns);
      String rows = graph.tensor("squares", part, field.size(), columns);
      String entries = graph.node("Gather", List.of(rows, field.indices()));
      if (field.weights() != null) {
        String weights = square(field.weights());
        entries =
            graph.node(
                "Mul",
                List.of(entries, graph.node("Unsqueeze", List.of(weights, graph.longs(COLUMNS)))));
      }
      sums.add(graph.sum(entries, ENTRIES, false));
      first += field.size();
    }
    return sums;
  }

  /** x·W + b in double; the categories are one-hot columns of x. */
  private Value squares(LayerSpec.RecursiveLeastSquares squares) {
    Source source = signals.source(squares.inputs());
    int units = squares.units();
    double[] weights = tensors.doubles(prefix + squares.name() + "/weights");
    List<String> terms = new ArrayList<>();
    int numbers = source.numbers() == null ? 0 : source.numbers().width();
    int columns = numbers + size(source.fields());
    if (numbers > 0) {
      String kernel =
          graph.tensor("kernel", Arrays.copyOf(weights, numbers * units), numbers, units);
      String x = graph.cast(source.numbers().name(), Element.DOUBLE);
      terms.add(graph.node("MatMul", List.of(x, kernel)));
    }
    int first = numbers;
    for (Field field : source.fields()) {
      double[] part = Arrays.copyOfRange(weights, first * units, (first + field.size()) * units);
      String rows = graph.tensor("categories", part, field.size(), units);
      terms.add(graph.sum(graph.node("Gather", List.of(rows, field.indices())), ENTRIES, false));
      first += field.size();
    }
    if (squares.useBias()) {
      double[] bias = Arrays.copyOfRange(weights, columns * units, weights.length);
      terms.add(graph.tensor("bias", bias, units));
    }
    return new Value(graph.cast(graph.add(terms), Element.FLOAT), units);
  }
}
