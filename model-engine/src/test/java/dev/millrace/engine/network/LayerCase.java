package dev.millrace.engine.network;

import dev.millrace.engine.kernel.KernelChoice;
import dev.millrace.engine.kernel.Workers;
import dev.millrace.engine.layer.Activation;
import dev.millrace.engine.layer.Entries;
import dev.millrace.engine.layer.LayerSpec;
import dev.millrace.engine.layer.LayerSpec.Combiner;
import dev.millrace.engine.loss.LossSpec;
import dev.millrace.engine.optim.OptimizerSpec;
import dev.millrace.engine.params.Initializer;
import dev.millrace.engine.params.Tensor;
import dev.millrace.engine.random.CounterRandom;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

/**
 * A small network around one kind of layer or one way of joining layers, with rows to feed it. The
 * last layer has two columns and the loss is the mean squared error.
 */
record LayerCase(
    String name, int numbers, SequencedMap<String, Integer> categories, List<LayerSpec> layers) {
  static final int ROWS = 6;
  static final long SEED = 5;

  @Override
  public String toString() {
    return name;
  }

  /** Cases that read numbers alone. */
  static List<LayerCase> ofNumbers() {
    List<LayerCase> cases = new ArrayList<>();
    LayerSpec first = LayerSpec.dense(5, Activation.TANH).at("first", List.of());
    LayerSpec second = LayerSpec.dense(5, Activation.LINEAR).at("second", List.of("numbers"));
    cases.add(numbers("dropout", first, LayerSpec.dropout(0.4)));
    cases.add(numbers("dropout of inputs", LayerSpec.dropout(0.2), first, LayerSpec.dropout(0.5)));
    cases.add(numbers("layer normalization", first, LayerSpec.layerNormalization()));
    cases.add(numbers("layer normalization of inputs", LayerSpec.layerNormalization(), first));
    cases.add(
        numbers(
            "bare layer normalization",
            first,
            new LayerSpec.LayerNormalization("", List.of(), 0.1, false, false)));
    cases.add(numbers("batch normalization", first, LayerSpec.batchNormalization()));
    cases.add(numbers("batch normalization of inputs", LayerSpec.batchNormalization(), first));
    cases.add(numbers("batch normalization alone", LayerSpec.batchNormalization()));
    cases.add(
        numbers(
            "batch normalization without scale",
            first,
            new LayerSpec.BatchNormalization("", List.of(), 0.9, 0.01, true, false)));
    cases.add(
        numbers(
            "batch normalization without center",
            first,
            new LayerSpec.BatchNormalization("", List.of(), 0.9, 0.01, false, true)));
    cases.add(numbers("cross", first, LayerSpec.cross(), LayerSpec.cross()));
    cases.add(
        numbers(
            "cross of inputs",
            LayerSpec.cross().at("a", List.of()),
            LayerSpec.cross().at("b", List.of("numbers", "a"))));
    cases.add(
        numbers(
            "cross of two layers",
            first,
            second,
            LayerSpec.cross().at("cross", List.of("first", "second"))));
    cases.add(
        numbers(
            "cross with a projection",
            first,
            new LayerSpec.Cross("", List.of(), 2, false, Initializer.HE_NORMAL, 0),
            new LayerSpec.Cross("", List.of(), 3, true, Initializer.HE_NORMAL, 0)));
    cases.add(numbers("machine of numbers", LayerSpec.factorizationMachine(3)));
    cases.add(
        numbers(
            "wide machine of a layer",
            first,
            new LayerSpec.FactorizationMachine(
                "", List.of(), 20, true, Initializer.RANDOM_NORMAL, 0)));
    for (String kind : List.of("add", "average", "multiply", "maximum", "concatenate")) {
      cases.add(numbers(kind, first, second, join(kind, "first", "second", "first")));
      cases.add(
          numbers(
              kind + " of a layer with itself and numbers",
              LayerSpec.dense(7, Activation.TANH).at("first", List.of()),
              join(kind, "numbers", "first", "first")));
    }
    cases.add(
        numbers(
            "residual paths",
            first,
            LayerSpec.dense(5, Activation.TANH).at("inner", List.of("first")),
            LayerSpec.layerNormalization().at("normal", List.of("inner")),
            join("add", "first", "inner", "normal")));
    return cases;
  }

  /** Cases that read categories, alone or beside numbers. */
  static List<LayerCase> ofCategories() {
    List<LayerCase> cases = new ArrayList<>();
    cases.add(categories("embedding", 0, LayerSpec.embedding(3)));
    cases.add(
        categories("embedding of one field", 0, LayerSpec.embedding(1).at("e", List.of("shop"))));
    cases.add(
        categories(
            "embedding of fields out of order",
            0,
            LayerSpec.embedding(2).at("e", List.of("word", "user"))));
    for (Combiner combiner : Combiner.values()) {
      cases.add(categories("bag by " + combiner, 0, LayerSpec.embeddingBag(4, combiner)));
    }
    cases.add(
        categories(
            "bag of two fields",
            0,
            LayerSpec.embeddingBag(17, Combiner.MEAN).at("bag", List.of("word", "shop"))));
    cases.add(categories("machine of categories", 0, LayerSpec.factorizationMachine(3)));
    cases.add(categories("machine of features", 4, LayerSpec.factorizationMachine(1)));
    cases.add(
        categories(
            "linear machine",
            4,
            new LayerSpec.FactorizationMachine(
                    "", List.of(), 18, true, Initializer.RANDOM_NORMAL, 0)
                .at("m", List.of("word", "numbers", "user"))));
    cases.add(categories("dense beside a table", 4, LayerSpec.dense(3, Activation.TANH)));
    cases.add(everything());
    return cases;
  }

  /** All kinds of layers in one network, with penalties. */
  static LayerCase everything() {
    return categories(
        "everything",
        4,
        LayerSpec.batchNormalization().at("numbers1", List.of("numbers")),
        new LayerSpec.Embedding(
            "vectors", List.of("user", "shop"), 3, Initializer.RANDOM_NORMAL, 0.01),
        LayerSpec.embeddingBag(3, Combiner.SQRTN).at("bag", List.of("word")),
        join("concatenate", "numbers1", "vectors", "bag"),
        LayerSpec.cross().at("cross", List.of()),
        new LayerSpec.Dense(
            "deep", List.of(), 6, Activation.TANH, true, Initializer.HE_NORMAL, 0.01, 0.02),
        LayerSpec.layerNormalization(),
        LayerSpec.dropout(0.3).at("dropped", List.of()),
        LayerSpec.dense(6, Activation.TANH).at("wide", List.of("features")),
        join("add", "dropped", "wide").at("sum", List.of("dropped", "wide")),
        join("average", "sum", "wide").at("mean", List.of("sum", "wide")),
        join("multiply", "mean", "deep").at("product", List.of("mean", "deep")),
        join("maximum", "product", "wide").at("most", List.of("product", "wide")),
        LayerSpec.factorizationMachine(2).at("pairs", List.of("features")),
        join("concatenate", "most", "pairs").at("all", List.of("most", "pairs")));
  }

  private static LayerSpec join(String kind, String... inputs) {
    return switch (kind) {
      case "add" -> new LayerSpec.Add("", List.of(inputs));
      case "average" -> new LayerSpec.Average("", List.of(inputs));
      case "multiply" -> new LayerSpec.Multiply("", List.of(inputs));
      case "maximum" -> new LayerSpec.Maximum("", List.of(inputs));
      default -> new LayerSpec.Concatenate("", List.of(inputs));
    };
  }

  private static LayerCase numbers(String name, LayerSpec... layers) {
    return new LayerCase(name, 7, new LinkedHashMap<>(), withOutput(layers));
  }

  private static LayerCase categories(String name, int numbers, LayerSpec... layers) {
    SequencedMap<String, Integer> fields = new LinkedHashMap<>();
    fields.put("user", 5);
    fields.put("shop", 3);
    fields.put("word", 11);
    return new LayerCase(name, numbers, fields, withOutput(layers));
  }

  private static List<LayerSpec> withOutput(LayerSpec... layers) {
    List<LayerSpec> all = new ArrayList<>(List.of(layers));
    all.add(LayerSpec.dense(2, Activation.LINEAR).at("output", List.of()));
    return all;
  }

  /** The same with an output layer as the loss wants it. */
  LayerCase withOutputOf(LossSpec loss) {
    List<LayerSpec> all = new ArrayList<>(layers.subList(0, layers.size() - 1));
    LayerSpec output = layers.getLast();
    Activation activation = loss.kind().activations().getFirst();
    all.add(LayerSpec.dense(2, activation).at(output.name(), output.inputs()));
    return new LayerCase(name, numbers, categories, all);
  }

  Network network(KernelChoice.Mode mode, OptimizerSpec optimizer) {
    return network(mode, optimizer, LossSpec.MEAN_SQUARED_ERROR);
  }

  Network network(KernelChoice.Mode mode, OptimizerSpec optimizer, LossSpec loss) {
    Network network =
        new Network(
            numbers,
            categories,
            layers,
            loss,
            optimizer,
            ROWS,
            KernelChoice.select(mode).kernels(),
            Workers.ONE);
    network.initialize(SEED);
    return network;
  }

  /** Gives every weight a value of its own; moving variances are positive. */
  static void scatter(Network network) {
    int stream = 100;
    for (Tensor tensor : network.layout().tensors()) {
      float[] values = uniform(stream++, tensor.size(), -0.8, 0.8);
      for (int i = 0; i < values.length && tensor.name().endsWith("moving_variance"); i++) {
        values[i] = 0.3f + Math.abs(values[i]);
      }
      network.layout().set(tensor.name(), values, network.parameters());
    }
  }

  float[] x(int rows) {
    return uniform(1, rows * numbers, -1, 1);
  }

  static float[] targets(int rows) {
    return targets(LossSpec.MEAN_SQUARED_ERROR, rows);
  }

  /** For two outputs, such as the loss can have. */
  static float[] targets(LossSpec loss, int rows) {
    boolean index = loss.name().startsWith("sparse");
    float[] targets = uniform(2, rows * (index ? 1 : 2), -1, 1);
    for (int i = 0; i < targets.length; i++) {
      boolean yes = targets[i] > 0;
      switch (loss.kind()) {
        case CLASSES -> targets[i] = index ? (yes ? 1 : 0) : Math.abs(targets[i]);
        case YES_OR_NO, MARGIN -> targets[i] = yes ? 1 : 0;
        case COUNT -> targets[i] = (float) Math.floor(2 + 2 * targets[i]);
        case VALUE -> {}
      }
    }
    return targets;
  }

  /**
   * Entries of the rows, null without fields. Every third row has none; others have none to three a
   * field, now and then the same category twice.
   */
  Entries entries(int rows) {
    if (categories.isEmpty()) {
      return null;
    }
    Entries entries = new Entries(categories.size(), 1);
    int draw = 0;
    for (int row = 0; row < rows; row++) {
      int base = 0;
      for (int size : categories.values()) {
        long count = row % 3 == 2 ? 0 : Long.remainderUnsigned(bits(draw++), 4);
        for (int i = 0; i < count; i++) {
          int index = (int) Long.remainderUnsigned(bits(draw++), size);
          entries.add(base + index, 0.25f + (bits(draw++) >>> 40) * 0x1p-24f);
        }
        entries.endField();
        base += size;
      }
    }
    return entries;
  }

  private static long bits(int draw) {
    return CounterRandom.bits(SEED, 3, draw);
  }

  static float[] uniform(int stream, int size, double from, double to) {
    float[] values = new float[size];
    for (int i = 0; i < size; i++) {
      values[i] = (float) (from + CounterRandom.uniform(SEED, stream, i) * (to - from));
    }
    return values;
  }
}
