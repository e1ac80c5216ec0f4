package dev.millrace.formats.keras;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.millrace.engine.layer.Inputs;
import dev.millrace.engine.layer.LayerSpec;
import dev.millrace.engine.loss.LossSpec;
import dev.millrace.engine.optim.OptimizerSpec;
import dev.millrace.engine.optim.Setting;
import dev.millrace.formats.FormatException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * What {@code config.json} says: a {@code Sequential}, or a {@code Functional} of one input and one
 * output, and how it was compiled. All that cannot be read is told at once.
 */
final class KerasDescription {
  private static final Set<String> MODULES =
      Set.of("keras", "keras.layers", "keras.models", "keras.src.models.functional");
  private static final Set<String> OPTIMIZERS =
      Set.of("sgd", "adam", "adamw", "adagrad", "rmsprop", "nadam", "ftrl", "lion");

  final String name;
  final int inputs;
  final List<LayerSpec> layers = new ArrayList<>();
  final List<String> classes = new ArrayList<>(); // Keras' names of them
  final Optional<OptimizerSpec> optimizer;
  final Optional<LossSpec> loss;

  private final List<String> problems = new ArrayList<>();
  private final KerasLayers known = new KerasLayers(problems);
  private String inputName = "";
  private int inputWidth;

  KerasDescription(byte[] json) {
    JsonNode model = parse(json);
    JsonNode config = model.path("config");
    name = config.path("name").asText("model");
    switch (type(model)) {
      case "Sequential" -> config.path("layers").forEach(this::addInRow);
      case "Functional" -> addFunctional(config);
      default -> problems.add("the model is a " + type(model));
    }
    inputs = inputWidth;
    if (problems.isEmpty() && (inputs < 1 || layers.isEmpty())) {
      problems.add("it states no Input, or no layer behind it");
    }
    JsonNode compiled = model.path("compile_config");
    optimizer = optimizer(compiled.path("optimizer"));
    loss = loss(compiled.path("loss"));
    if (!problems.isEmpty()) {
      throw new FormatException(
          "the Keras model cannot be taken: %s. What can be read: docs/model-formats.md"
              .formatted(String.join("; ", problems)));
    }
  }

  private static JsonNode parse(byte[] json) {
    try {
      return JsonMapper.builder().build().readTree(json);
    } catch (JsonProcessingException e) {
      throw KerasArchive.refused("its config.json is no JSON: " + e.getOriginalMessage());
    } catch (IOException e) {
      throw new IllegalStateException("bytes in memory can be read", e);
    }
  }

  /** The class of Keras' own that an object is of. */
  private String type(JsonNode object) {
    String type = object.path("class_name").asText();
    String module = object.path("module").asText("keras");
    String registered = object.path("registered_name").asText("null");
    if (!MODULES.contains(module) || !Set.of("null", type).contains(registered)) {
      return module + "." + type; // none of Keras' own, whatever it is called
    }
    return type;
  }

  private void addInRow(JsonNode object) {
    if (type(object).equals("InputLayer")) {
      addInput(object.path("config"));
    } else {
      String before = layers.isEmpty() ? Inputs.FEATURES : layers.getLast().name();
      add(object, List.of(before));
    }
  }

  private void addInput(JsonNode config) {
    JsonNode shape = config.has("batch_shape") ? config.path("batch_shape") : config.path("shape");
    String input = config.path("name").asText();
    if (inputWidth > 0) {
      problems.add("it has another input, '%s'".formatted(input));
    } else if (shape.size() != 2 || shape.get(1).asInt() < 1) {
      problems.add("input '%s' has the shape %s; expected rows of numbers".formatted(input, shape));
    } else if (!config.path("dtype").asText("float32").equals("float32")) {
      problems.add("input '%s' is of %s".formatted(input, config.path("dtype")));
    } else {
      inputWidth = shape.get(1).asInt();
      inputName = input;
    }
  }

  private void add(JsonNode object, List<String> reads) {
    String type = type(object);
    known
        .layer(type, object.path("config"), reads)
        .ifPresent(
            layer -> {
              layers.add(layer);
              classes.add(type);
            });
  }

  private void addFunctional(JsonNode config) {
    for (JsonNode object : config.path("layers")) {
      if (type(object).equals("InputLayer")) {
        addInput(object.path("config"));
      } else {
        add(object, reads(object));
      }
    }
    String output = ends(config.path("output_layers"));
    if (problems.isEmpty() && !output.equals(layers.getLast().name())) {
      problems.add("its output is %s; expected its last layer".formatted(output));
    }
  }

  /** The name at the end of a model that has one; all of it in words if not. */
  private static String ends(JsonNode places) {
    JsonNode place = places.size() == 1 ? places.get(0) : places;
    return place.size() == 3 && place.get(0).isTextual()
        ? place.get(0).asText()
        : places.toString();
  }

  private List<String> reads(JsonNode object) {
    String layer = object.path("config").path("name").asText();
    List<String> reads = new ArrayList<>();
    JsonNode nodes = object.path("inbound_nodes");
    if (nodes.size() != 1) {
      problems.add("layer '%s' is used %d times; expected once".formatted(layer, nodes.size()));
      return reads;
    }
    for (JsonNode value : nodes.get(0).path("kwargs")) {
      if (!value.isNull() && !value.isBoolean()) {
        problems.add("layer '%s' is called with arguments".formatted(layer));
      }
    }
    for (JsonNode argument : nodes.get(0).path("args")) {
      for (JsonNode tensor : argument.isArray() ? argument : List.of(argument)) {
        String from = tensor.path("config").path("keras_history").path(0).asText();
        reads.add(from.equals(inputName) ? Inputs.FEATURES : from);
      }
    }
    return reads;
  }

  private Optional<OptimizerSpec> optimizer(JsonNode object) {
    if (!object.isObject()) {
      return Optional.empty();
    }
    String type = object.path("class_name").asText();
    String optimizer = type.equals("RMSprop") ? "rmsprop" : type.toLowerCase(Locale.ROOT);
    JsonNode config = object.path("config");
    if (!OPTIMIZERS.contains(optimizer)) {
      problems.add("the optimizer is " + type);
      return Optional.empty();
    }
    if (!config.path("learning_rate").isNumber()) {
      problems.add("the optimizer's learning_rate is no number");
    }
    if (config.path("use_ema").asBoolean()) {
      problems.add("the optimizer has use_ema");
    }
    Map<String, Double> settings = new TreeMap<>();
    settings.put("learning_rate", shortest(config.path("learning_rate").asDouble()));
    for (Setting setting : OptimizerSpec.settings(optimizer)) {
      JsonNode value = config.path(setting.name());
      if (value.isBoolean() || value.isNumber()) {
        settings.put(setting.name(), number(value));
      } else if (value.isNull() && setting.name().equals("weight_decay")) {
        settings.put(setting.name(), 0.0);
      }
    }
    try {
      return Optional.of(OptimizerSpec.of(optimizer, settings));
    } catch (IllegalArgumentException e) {
      problems.add("the optimizer %s: %s".formatted(type, e.getMessage()));
      return Optional.empty();
    }
  }

  private static double number(JsonNode value) {
    return value.isBoolean() ? (value.booleanValue() ? 1 : 0) : value.doubleValue();
  }

  /** Keras keeps a rate as a float; 0.001 comes as 0.0010000000474974513. */
  private static double shortest(double rate) {
    return Double.parseDouble(Float.toString((float) rate));
  }

  private Optional<LossSpec> loss(JsonNode value) {
    if (value.isNull() || value.isMissingNode()) {
      return Optional.empty();
    }
    String loss =
        value.isTextual()
            ? value.textValue()
            : KerasLayers.snake(value.path("class_name").asText());
    JsonNode config = value.path("config");
    if (config.path("from_logits").asBoolean()) {
      problems.add(
          "the loss %s is from_logits; expected a softmax or sigmoid layer".formatted(loss));
    }
    if (!LossSpec.names().contains(loss)) {
      problems.add("the loss is " + (loss.isEmpty() ? value : loss));
      return Optional.empty();
    }
    Map<String, Double> settings = new TreeMap<>();
    for (String setting : LossSpec.defaults(loss).keySet()) {
      JsonNode stated = config.path(setting);
      if (stated.isNumber() || stated.isBoolean()) {
        settings.put(setting, number(stated));
      }
    }
    try {
      return Optional.of(LossSpec.of(loss, settings));
    } catch (IllegalArgumentException e) {
      problems.add("the loss %s: %s".formatted(loss, e.getMessage()));
      return Optional.empty();
    }
  }
}
