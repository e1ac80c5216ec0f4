package dev.millrace.formats.keras;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.engine.feature.FeatureSpace;
import dev.millrace.engine.layer.Inputs;
import dev.millrace.engine.layer.LayerSpec;
import dev.millrace.engine.model.ModelSpec;
import dev.millrace.formats.FormatException;
import dev.millrace.formats.Tensors;
import dev.millrace.formats.keras.KerasWeights.Array;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A model's network as Keras describes it: a {@code Functional} of one input. */
final class KerasOutput {
  private final ModelSpec spec;
  private final Tensors tensors;
  private final int numbers;
  private final int width; // of the input
  private final List<String> classes = new ArrayList<>();
  private final List<List<Array>> arrays = new ArrayList<>();
  private final ObjectNode config = JsonMapper.builder().build().createObjectNode();
  private final Map<String, Integer> widths = new HashMap<>();

  KerasOutput(ModelSpec spec, Tensors tensors) {
    this.spec = spec;
    this.tensors = tensors;
    FeatureSpace space = spec.space();
    numbers = space.width();
    width =
        Math.toIntExact(
            numbers + space.categories().values().stream().mapToLong(Integer::longValue).sum());
    requireExpressible();
    describe();
  }

  /** Keras' classes of the layers. */
  List<String> classes() {
    return classes;
  }

  /** The arrays of each layer. */
  List<List<Array>> arrays() {
    return arrays;
  }

  ObjectNode config() {
    return config;
  }

  private void requireExpressible() {
    List<String> problems = new ArrayList<>();
    if (spec.panel() != null) {
      problems.add("model: auto is a panel of experts");
    }
    for (LayerSpec layer : spec.layers()) {
      boolean isKnown =
          switch (layer) {
            case LayerSpec.Dense l -> true;
            case LayerSpec.ActivationLayer l -> true;
            case LayerSpec.Dropout l -> true;
            case LayerSpec.BatchNormalization l -> true;
            case LayerSpec.LayerNormalization l -> true;
            case LayerSpec.Add l -> true;
            case LayerSpec.Average l -> true;
            case LayerSpec.Multiply l -> true;
            case LayerSpec.Maximum l -> true;
            case LayerSpec.Concatenate l -> true;
            default -> false;
          };
      if (!isKnown) {
        problems.add("layer '%s' is a %s".formatted(layer.name(), layer.kind()));
      }
      layer.inputs().stream()
          .filter(name -> !name.equals(Inputs.FEATURES) && !isLayer(name))
          .filter(name -> !name.equals(Inputs.NUMBERS) || numbers < width)
          .forEach(
              name ->
                  problems.add(
                      "layer '%s' reads '%s', a part of the input".formatted(layer.name(), name)));
    }
    if (!problems.isEmpty()) {
      throw new FormatException(
          "the model cannot be a .keras file: %s. Safetensors holds any model"
              .formatted(String.join("; ", problems)));
    }
  }

  private boolean isLayer(String name) {
    return spec.layers().stream().anyMatch(layer -> layer.name().equals(name));
  }

  private void describe() {
    config.put("module", "keras.src.models.functional");
    config.put("class_name", "Functional");
    config.put("registered_name", "Functional");
    ObjectNode model = config.putObject("config");
    model.put("name", "millrace");
    model.put("trainable", true);
    ArrayNode layers = model.putArray("layers");
    ObjectNode input = layer(layers, Inputs.FEATURES, "InputLayer");
    input.withObject("config").put("dtype", "float32").putArray("batch_shape").addNull().add(width);
    input.putArray("inbound_nodes");
    widths.put(Inputs.FEATURES, width);
    for (LayerSpec layer : spec.layers()) {
      List<String> reads =
          layer.inputs().stream().map(name -> isLayer(name) ? name : Inputs.FEATURES).toList();
      add(layers, layer, reads);
    }
    place(model.putArray("input_layers"), Inputs.FEATURES);
    place(model.putArray("output_layers"), spec.layers().getLast().name());
  }

  private static ObjectNode layer(ArrayNode layers, String name, String type) {
    ObjectNode layer = layers.addObject();
    layer.put("module", "keras.layers");
    layer.put("class_name", type);
    layer.putNull("registered_name");
    layer.put("name", name);
    layer.putObject("config").put("name", name);
    return layer;
  }

  private static void place(ArrayNode place, String name) {
    place.addArray().add(name).add(0).add(0);
  }

  private void add(ArrayNode layers, LayerSpec layer, List<String> reads) {
    int read = widths.get(reads.getFirst());
    ObjectNode described = layer(layers, layer.name(), type(layer));
    settings(layer, described.withObject("config"));
    ArrayNode arguments = described.putArray("inbound_nodes").addObject().putArray("args");
    ArrayNode tensors = isJoin(layer) ? arguments.addArray() : arguments;
    reads.forEach(name -> tensor(tensors.addObject(), name));
    ((ObjectNode) described.get("inbound_nodes").get(0)).putObject("kwargs");
    classes.add(type(layer));
    arrays.add(arrays(layer, read));
    widths.put(layer.name(), KerasLayers.width(layer, reads.stream().map(widths::get).toList()));
  }

  private void tensor(ObjectNode tensor, String name) {
    tensor.put("class_name", "__keras_tensor__");
    ObjectNode of = tensor.putObject("config");
    of.putArray("shape").addNull().add(widths.get(name));
    of.put("dtype", "float32");
    of.putArray("keras_history").add(name).add(0).add(0);
  }

  private static boolean isJoin(LayerSpec layer) {
    return switch (layer) {
      case LayerSpec.Add l -> true;
      case LayerSpec.Average l -> true;
      case LayerSpec.Multiply l -> true;
      case LayerSpec.Maximum l -> true;
      case LayerSpec.Concatenate l -> true;
      default -> false;
    };
  }

  private static String type(LayerSpec layer) {
    return layer instanceof LayerSpec.ActivationLayer
        ? "Activation"
        : layer.getClass().getSimpleName();
  }

  private static void settings(LayerSpec layer, ObjectNode config) {
    switch (layer) {
      case LayerSpec.Dense dense -> {
        config.put("units", dense.units());
        config.put("activation", dense.activation().kerasName());
        config.put("use_bias", dense.useBias());
      }
      case LayerSpec.ActivationLayer l -> config.put("activation", l.activation().kerasName());
      case LayerSpec.Dropout l -> config.put("rate", l.rate());
      case LayerSpec.BatchNormalization l -> {
        config.put("momentum", l.momentum());
        config.put("epsilon", l.epsilon());
        config.put("center", l.center());
        config.put("scale", l.scale());
      }
      case LayerSpec.LayerNormalization l -> {
        config.put("epsilon", l.epsilon());
        config.put("center", l.center());
        config.put("scale", l.scale());
      }
      default -> {}
    }
  }

  private List<Array> arrays(LayerSpec layer, int read) {
    List<Array> all = new ArrayList<>();
    KerasLayers.arrays(layer, read)
        .forEach((name, shape) -> all.add(new Array(shape, values(layer, name))));
    return all;
  }

  /** Of a kernel over the whole input, the rows of numbers, then those of categories. */
  private float[] values(LayerSpec layer, String name) {
    String kernel = layer.name() + "/" + name;
    String table = layer.name() + "/categories";
    if (!name.equals("kernel") || !tensors.has(table)) {
      return tensors.floats(kernel);
    }
    float[] ofNumbers = tensors.has(kernel) ? tensors.floats(kernel) : new float[0];
    float[] ofCategories = tensors.floats(table);
    float[] all = Arrays.copyOf(ofNumbers, ofNumbers.length + ofCategories.length);
    System.arraycopy(ofCategories, 0, all, ofNumbers.length, ofCategories.length);
    return all;
  }
}
