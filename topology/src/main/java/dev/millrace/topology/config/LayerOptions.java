package dev.millrace.topology.config;

import dev.millrace.engine.layer.Activation;
import dev.millrace.engine.layer.LayerSpec;
import dev.millrace.engine.layer.LayerSpec.Combiner;
import dev.millrace.engine.layer.Layers;
import dev.millrace.engine.linalg.LeastSquaresSpec;
import dev.millrace.engine.params.Initializer;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * {@code model.layers} of a pipeline file: their shape, and the layers that values state. A layer
 * is a map with its kind as a key, whose value is the kind's main setting or a map of its settings;
 * a dense layer has its other settings beside it.
 */
final class LayerOptions {
  private static final String ACTIVATION = "activation";
  private static final String LEAST_SQUARES = "recursive_least_squares";
  private static final int UNITS_MAX = 65_536;
  private static final Shape NAME =
      new Shape.Text("[A-Za-z_][A-Za-z0-9_]*", "a name of letters, digits, '_'");
  private static final Shape INPUT =
      new Shape.Text(
          "[A-Za-z_][A-Za-z0-9_.]*", "a name of a layer or an input: letters, digits, '_', '.'");
  private static final Shape NAMES = new Shape.ListOf(INPUT, 1, "names of layers or inputs");
  private static final Shape UNITS = new Shape.Whole(1, UNITS_MAX);
  private static final Shape FACTOR =
      new Shape.Decimal("a number from 0 to 1e6", v -> v >= 0 && v <= 1e6);
  private static final Shape EPSILON =
      new Shape.Decimal("a number from 1e-30 to 1", v -> v >= 1e-30 && v <= 1);
  private static final Shape BELOW_ONE =
      new Shape.Decimal("a number at least 0 and less than 1", v -> v >= 0 && v < 1);

  private static final Shape RIDGE =
      new Shape.Decimal("a number from 1e-15 to 1e15", v -> v >= 1e-15 && v <= 1e15);
  private static final Shape FORGETTING =
      new Shape.Decimal("a number greater than 0 and at most 1", v -> v > 0 && v <= 1);
  private static final Shape WIND_UP_LIMIT =
      new Shape.Decimal("a number from 1 to 1e15", v -> v >= 1 && v <= 1e15);

  /** The kinds that a layer may be; {@code activation} is one only without {@code dense}. */
  private static final List<Option> KINDS =
      List.of(
          kind("dense", UNITS, "A dense layer's units."),
          kind(
              ACTIVATION,
              new Shape.Word(words(Activation.values())),
              "What a dense layer applies to its sums, relu if nothing is said; alone, a layer."),
          kind("dropout", BELOW_ONE, "The share of inputs that a step drops."),
          kind(
              "layer_normalization",
              settings(
                  option("epsilon", EPSILON, "Added to the variance.", "0.001"),
                  option("center", new Shape.Flag(), "Whether to learn beta.", "true"),
                  option("scale", new Shape.Flag(), "Whether to learn gamma.", "true")),
              "Each row to mean 0 and variance 1."),
          kind(
              "batch_normalization",
              settings(
                  option("momentum", BELOW_ONE, "What the moments keep at a step.", "0.99"),
                  option("epsilon", EPSILON, "Added to the variance.", "0.001"),
                  option("center", new Shape.Flag(), "Whether to learn beta.", "true"),
                  option("scale", new Shape.Flag(), "Whether to learn gamma.", "true")),
              "Each column by its running moments."),
          kind(
              "embedding",
              new Shape.OneOf(
                  UNITS,
                  settings(
                      option("output_dim", UNITS, "The length of a vector.", ""),
                      initializer("embeddings_initializer", Initializer.RANDOM_UNIFORM),
                      l2())),
              "A vector for each category, field beside field; its length, or its settings."),
          kind(
              "embedding_bag",
              new Shape.OneOf(
                  UNITS,
                  settings(
                      option("output_dim", UNITS, "The length of a vector.", ""),
                      option(
                          "combiner",
                          new Shape.Word(words(Combiner.values())),
                          "How the vectors are joined.",
                          "mean"),
                      initializer("embeddings_initializer", Initializer.RANDOM_UNIFORM),
                      l2())),
              "The vectors of all active categories joined; their length, or the settings."),
          kind(
              "cross",
              settings(
                  option("projection_dim", new Shape.Whole(0, UNITS_MAX), "0 for a full W.", "0"),
                  option("use_bias", new Shape.Flag(), "Whether there is b.", "true"),
                  initializer("kernel_initializer", Initializer.GLOROT_UNIFORM),
                  l2()),
              "x0·(W·x + b) + x, of DCN-v2."),
          kind(
              "factorization_machine",
              new Shape.OneOf(
                  UNITS,
                  settings(
                      option("factors", UNITS, "The factors of an input.", ""),
                      option("linear", new Shape.Flag(), "Whether to add a linear term.", "false"),
                      initializer("factors_initializer", Initializer.RANDOM_NORMAL),
                      l2())),
              "Pairs of inputs by their factors; how many, or the settings."),
          kind(
              LEAST_SQUARES,
              settings(
                  option("ridge", RIDGE, "Factor of Σw² in what is minimised.", "1"),
                  option("forgetting", FORGETTING, "What a row counts after one more row.", "1"),
                  option(
                      "wind_up_limit",
                      WIND_UP_LIMIT,
                      "How far below the ridge forgetting may bring what is known of a direction.",
                      "1000000"),
                  option("use_bias", new Shape.Flag(), "Whether there is b.", "true"),
                  option(
                      "backpropagate",
                      new Shape.Flag(),
                      "Whether the layers before it learn; if not, they stay as the seed made"
                          + " them.",
                      "true")),
              "The output layer of a number, exact after every event; the last of the layers."),
          kind("concatenate", NAMES, "These side by side."),
          kind("add", NAMES, "The sum of these."),
          kind("average", NAMES, "The mean of these."),
          kind("multiply", NAMES, "The product of these."),
          kind("maximum", NAMES, "The largest of these."));

  private LayerOptions() {}

  static Shape shape() {
    Stream<Option> beside =
        Stream.of(
            option("use_bias", new Shape.Flag(), "Whether a dense layer has biases.", "true"),
            initializer("kernel_initializer", Initializer.GLOROT_UNIFORM),
            option("l1", FACTOR, "Factor of a dense layer's Σ|w| in the loss.", "0"),
            option("l2", FACTOR, "Factor of a dense layer's Σw² in the loss.", "0"),
            option("name", NAME, "The layer's name.", "its kind and a number, dense_0"),
            option(
                "inputs",
                NAMES,
                "What it reads: layers before it, fields with categories, numbers, categories or"
                    + " features.",
                "the layer before"));
    return new Shape.MapOf(Stream.concat(KINDS.stream(), beside).toList());
  }

  private static Option kind(String name, Shape shape, String doc) {
    return option(name, shape, doc, "none");
  }

  private static Option option(String name, Shape shape, String doc, String otherwise) {
    return new Option(name, shape, doc, otherwise);
  }

  private static Shape settings(Option... options) {
    return new Shape.MapOf(List.of(options));
  }

  private static Option initializer(String name, Initializer otherwise) {
    Shape shape = new Shape.Word(words(Initializer.values()));
    return option(name, shape, "What the weights are at first.", otherwise.toString());
  }

  private static Option l2() {
    return option("l2", FACTOR, "Factor of Σw² in the loss.", "0");
  }

  private static List<String> words(Object[] values) {
    return Arrays.stream(values).map(value -> value.toString().toLowerCase(Locale.ROOT)).toList();
  }

  /** Reports layers that no shape forbids; every value is of its shape. */
  static void check(List<Value> layers, Problems problems) {
    for (Value layer : layers) {
      List<String> kinds = kinds(layer);
      if (kinds.size() != 1) {
        problems.add(
            layer.node(),
            "a layer is of one kind, this has %s; expected one of %s"
                .formatted(
                    kinds.isEmpty() ? "none" : String.join(" and ", kinds),
                    String.join(", ", KINDS.stream().map(Option::name).toList())));
        return;
      }
      for (String setting : List.of("use_bias", "kernel_initializer", "l1", "l2")) {
        if (layer.get(setting).isPresent() && !kinds.getFirst().equals("dense")) {
          problems.add(
              layer.get(setting).get().node(),
              "'%s' here is a dense layer's; expected it within the map of %s"
                  .formatted(setting, kinds.getFirst()));
        }
      }
      if (isLeastSquares(layer) && layer != layers.getLast()) {
        problems.add(
            layer.get(LEAST_SQUARES).orElseThrow().node(),
            LEAST_SQUARES + " is an output layer; expected it as the last of the layers");
      }
      if (layer.get(kinds.getFirst()).orElseThrow().isList() && layer.get("inputs").isPresent()) {
        problems.add(
            layer.get("inputs").get().node(),
            kinds.getFirst() + " lists its inputs already; expected no 'inputs' beside it");
      }
    }
    if (!layers.isEmpty() && problems.none()) {
      try {
        Layers.resolve(layers.stream().map(LayerOptions::spec).toList());
      } catch (IllegalArgumentException e) {
        problems.add(layers.getFirst().node(), "model.layers: " + e.getMessage());
      }
    }
  }

  /** Whether a layer learns a number by squared errors and nothing else. */
  static boolean isLeastSquares(Value layer) {
    return layer.get(LEAST_SQUARES).isPresent();
  }

  private static List<String> kinds(Value layer) {
    boolean dense = layer.get("dense").isPresent();
    return KINDS.stream()
        .map(Option::name)
        .filter(name -> layer.get(name).isPresent())
        .filter(name -> !(dense && name.equals(ACTIVATION)))
        .toList();
  }

  /** The layer that a value states. */
  static LayerSpec spec(Value layer) {
    String kind = kinds(layer).getFirst();
    Value main = layer.get(kind).orElseThrow();
    List<String> inputs = texts(main.isList() ? Optional.of(main) : layer.get("inputs"));
    String name = layer.text("name").orElse("");
    return switch (kind) {
      case "dense" -> dense(layer, name, inputs);
      case ACTIVATION ->
          new LayerSpec.ActivationLayer(name, inputs, activation(layer).orElseThrow());
      case "dropout" -> new LayerSpec.Dropout(name, inputs, (Double) main.content());
      case "layer_normalization" ->
          new LayerSpec.LayerNormalization(
              name,
              inputs,
              number(main, "epsilon", 1e-3),
              flag(main, "center"),
              flag(main, "scale"));
      case "batch_normalization" ->
          new LayerSpec.BatchNormalization(
              name,
              inputs,
              number(main, "momentum", 0.99),
              number(main, "epsilon", 1e-3),
              flag(main, "center"),
              flag(main, "scale"));
      case "embedding" ->
          new LayerSpec.Embedding(
              name,
              inputs,
              whole(main, "output_dim"),
              initializer(main, "embeddings_initializer", Initializer.RANDOM_UNIFORM),
              number(main, "l2", 0));
      case "embedding_bag" ->
          new LayerSpec.EmbeddingBag(
              name,
              inputs,
              whole(main, "output_dim"),
              main.text("combiner")
                  .map(word -> Combiner.valueOf(word.toUpperCase(Locale.ROOT)))
                  .orElse(Combiner.MEAN),
              initializer(main, "embeddings_initializer", Initializer.RANDOM_UNIFORM),
              number(main, "l2", 0));
      case "cross" ->
          new LayerSpec.Cross(
              name,
              inputs,
              main.whole("projection_dim").orElse(0L).intValue(),
              flag(main, "use_bias"),
              initializer(main, "kernel_initializer", Initializer.GLOROT_UNIFORM),
              number(main, "l2", 0));
      case "factorization_machine" ->
          new LayerSpec.FactorizationMachine(
              name,
              inputs,
              whole(main, "factors"),
              main.flag("linear").orElse(false),
              initializer(main, "factors_initializer", Initializer.RANDOM_NORMAL),
              number(main, "l2", 0));
      case LEAST_SQUARES ->
          new LayerSpec.RecursiveLeastSquares(
              name,
              inputs,
              1,
              flag(main, "use_bias"),
              number(main, "ridge", 1),
              number(main, "forgetting", 1),
              number(main, "wind_up_limit", LeastSquaresSpec.WIND_UP_LIMIT),
              flag(main, "backpropagate"));
      case "concatenate" -> new LayerSpec.Concatenate(name, inputs);
      case "add" -> new LayerSpec.Add(name, inputs);
      case "average" -> new LayerSpec.Average(name, inputs);
      case "multiply" -> new LayerSpec.Multiply(name, inputs);
      case "maximum" -> new LayerSpec.Maximum(name, inputs);
      default -> throw new AssertionError(kind);
    };
  }

  private static LayerSpec dense(Value layer, String name, List<String> inputs) {
    return new LayerSpec.Dense(
        name,
        inputs,
        layer.whole("dense").orElseThrow().intValue(),
        activation(layer).orElse(Activation.RELU),
        flag(layer, "use_bias"),
        initializer(layer, "kernel_initializer", Initializer.GLOROT_UNIFORM),
        number(layer, "l1", 0),
        number(layer, "l2", 0));
  }

  private static Optional<Activation> activation(Value layer) {
    return layer.text(ACTIVATION).map(word -> Activation.valueOf(word.toUpperCase(Locale.ROOT)));
  }

  private static Initializer initializer(Value map, String key, Initializer otherwise) {
    return map.text(key)
        .map(word -> Initializer.valueOf(word.toUpperCase(Locale.ROOT)))
        .orElse(otherwise);
  }

  private static boolean flag(Value map, String key) {
    return map.flag(key).orElse(true);
  }

  private static double number(Value map, String key, double otherwise) {
    return map.get(key).map(value -> (Double) value.content()).orElse(otherwise);
  }

  /** The main setting, stated alone or within the map. */
  private static int whole(Value main, String key) {
    Value value = main.isMap() ? main.get(key).orElseThrow() : main;
    return ((Long) value.content()).intValue();
  }

  private static List<String> texts(Optional<Value> list) {
    return list.map(Value::elements).orElse(List.of()).stream()
        .map(element -> element.text().orElseThrow())
        .toList();
  }
}
