package dev.millrace.formats.keras;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.engine.layer.Activation;
import dev.millrace.engine.layer.LayerSpec;
import dev.millrace.engine.params.Initializer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The layers of Keras that are read, by the names of their classes, and what of their settings is.
 * Everything else is a problem that is told, and never guessed.
 */
final class KerasLayers {
  private static final double RELU_LEAK = 0.3; // of the layer LeakyReLU, unlike the activation

  private final List<String> problems;

  /**
   * @param problems to which is added what cannot be read
   */
  KerasLayers(List<String> problems) {
    this.problems = problems;
  }

  /** The layer of a class, or empty if it has a problem. */
  Optional<LayerSpec> layer(String type, JsonNode config, List<String> inputs) {
    String name = config.path("name").asText();
    int before = problems.size();
    requirePlain(name, config);
    LayerSpec layer =
        switch (type) {
          case "Dense" -> dense(name, config);
          case "Activation" -> activation(name, config.path("activation"));
          case "ReLU" -> reLu(name, config);
          case "LeakyReLU" -> leakyReLu(name, config);
          case "ELU" -> new LayerSpec.ActivationLayer("", List.of(), elu(name, config));
          case "Softmax" -> new LayerSpec.ActivationLayer("", List.of(), softmax(name, config));
          case "Dropout" -> LayerSpec.dropout(config.path("rate").asDouble());
          case "BatchNormalization" -> batchNormalization(name, config);
          case "LayerNormalization" -> layerNormalization(name, config);
          case "Add" -> new LayerSpec.Add("", List.of());
          case "Average" -> new LayerSpec.Average("", List.of());
          case "Multiply" -> new LayerSpec.Multiply("", List.of());
          case "Maximum" -> new LayerSpec.Maximum("", List.of());
          case "Concatenate" -> concatenate(name, config);
          default -> {
            problems.add("layer '%s' is a %s".formatted(name, type));
            yield null;
          }
        };
    return problems.size() > before ? Optional.empty() : Optional.of(layer.at(name, inputs));
  }

  /** No other precision, and none of the settings that change what is computed. */
  private void requirePlain(String name, JsonNode config) {
    JsonNode dtype = config.path("dtype");
    String precision =
        dtype.isObject() ? dtype.at("/config/name").asText() : dtype.asText("float32");
    if (!precision.equals("float32")) {
      problems.add("layer '%s' computes in %s".formatted(name, precision));
    }
    for (String setting :
        List.of(
            "kernel_constraint",
            "bias_constraint",
            "beta_constraint",
            "gamma_constraint",
            "bias_regularizer",
            "beta_regularizer",
            "gamma_regularizer",
            "activity_regularizer",
            "lora_rank",
            "noise_shape",
            "quantization_config")) {
      if (!config.path(setting).isMissingNode() && !config.path(setting).isNull()) {
        problems.add("layer '%s' has a %s".formatted(name, setting));
      }
    }
    for (String flag : List.of("rms_scaling", "renorm")) {
      if (config.path(flag).asBoolean()) {
        problems.add("layer '%s' has %s".formatted(name, flag));
      }
    }
  }

  private LayerSpec dense(String name, JsonNode config) {
    JsonNode regularizer = config.path("kernel_regularizer");
    double l1 = 0;
    double l2 = 0;
    if (regularizer.isObject()) {
      String type = regularizer.path("class_name").asText();
      JsonNode factors = regularizer.path("config");
      if (!Set.of("L1", "L2", "L1L2").contains(type)) {
        problems.add("layer '%s' has a kernel_regularizer %s".formatted(name, type));
      }
      l1 = factors.path("l1").asDouble();
      l2 = factors.path("l2").asDouble();
    }
    return new LayerSpec.Dense(
        "",
        List.of(),
        config.path("units").asInt(),
        activationOf(name, config.path("activation")),
        config.path("use_bias").asBoolean(true),
        initializer(config.path("kernel_initializer")),
        l1,
        l2);
  }

  /** What the weights began as, which matters no more where it is not known here. */
  private static Initializer initializer(JsonNode config) {
    String name = snake(config.path("class_name").asText());
    return Arrays.stream(Initializer.values())
        .filter(known -> known.kerasName().equals(name))
        .findFirst()
        .orElse(Initializer.GLOROT_UNIFORM);
  }

  private Activation activationOf(String name, JsonNode value) {
    if (value.isNull() || value.isMissingNode()) {
      return Activation.LINEAR;
    }
    String said = value.isTextual() ? value.textValue() : value.toString();
    for (Activation activation : Activation.values()) {
      if (activation.kerasName().equals(said)
          || said.equals("swish") && activation == Activation.SILU) {
        return activation;
      }
    }
    problems.add("layer '%s' has the activation %s".formatted(name, said));
    return Activation.LINEAR;
  }

  private LayerSpec activation(String name, JsonNode value) {
    return new LayerSpec.ActivationLayer("", List.of(), activationOf(name, value));
  }

  private LayerSpec reLu(String name, JsonNode config) {
    JsonNode most = config.path("max_value");
    boolean isPlain = most.isNull() || most.isMissingNode();
    require(name, config, "negative_slope", 0, 0);
    require(name, config, "threshold", 0, 0);
    if (!isPlain && most.asDouble() != 6) {
      problems.add("layer '%s' has max_value %s; expected none or 6".formatted(name, most));
    }
    return LayerSpec.activation(isPlain ? Activation.RELU : Activation.RELU6);
  }

  private LayerSpec leakyReLu(String name, JsonNode config) {
    require(name, config, "negative_slope", RELU_LEAK, 0.2);
    return LayerSpec.activation(Activation.LEAKY_RELU);
  }

  private Activation elu(String name, JsonNode config) {
    require(name, config, "alpha", 1, 1);
    return Activation.ELU;
  }

  private Activation softmax(String name, JsonNode config) {
    requireLastAxis(name, config);
    return Activation.SOFTMAX;
  }

  private void require(
      String name, JsonNode config, String setting, double unstated, double expected) {
    double value = config.path(setting).asDouble(unstated);
    if ((float) value != (float) expected) {
      problems.add("layer '%s' has %s %s; expected %s".formatted(name, setting, value, expected));
    }
  }

  private void requireLastAxis(String name, JsonNode config) {
    JsonNode axis = config.path("axis");
    int last = axis.isArray() && axis.size() == 1 ? axis.get(0).asInt() : axis.asInt(-1);
    if (last != -1 && last != 1 || axis.isArray() && axis.size() != 1) {
      problems.add("layer '%s' has axis %s; expected -1".formatted(name, axis));
    }
  }

  private LayerSpec batchNormalization(String name, JsonNode config) {
    requireLastAxis(name, config);
    return new LayerSpec.BatchNormalization(
        "",
        List.of(),
        config.path("momentum").asDouble(0.99),
        config.path("epsilon").asDouble(1e-3),
        config.path("center").asBoolean(true),
        config.path("scale").asBoolean(true));
  }

  private LayerSpec layerNormalization(String name, JsonNode config) {
    requireLastAxis(name, config);
    return new LayerSpec.LayerNormalization(
        "",
        List.of(),
        config.path("epsilon").asDouble(1e-3),
        config.path("center").asBoolean(true),
        config.path("scale").asBoolean(true));
  }

  private LayerSpec concatenate(String name, JsonNode config) {
    requireLastAxis(name, config);
    return new LayerSpec.Concatenate("", List.of());
  }

  /** The arrays of a layer in Keras' order: their names here, and their shapes. */
  static Map<String, List<Integer>> arrays(LayerSpec layer, int width) {
    Map<String, List<Integer>> arrays = new LinkedHashMap<>();
    switch (layer) {
      case LayerSpec.Dense dense -> {
        arrays.put("kernel", List.of(width, dense.units()));
        if (dense.useBias()) {
          arrays.put("bias", List.of(dense.units()));
        }
      }
      case LayerSpec.BatchNormalization l -> {
        putGammaBeta(arrays, l.scale(), l.center(), width);
        arrays.put("moving_mean", List.of(width));
        arrays.put("moving_variance", List.of(width));
      }
      case LayerSpec.LayerNormalization l -> putGammaBeta(arrays, l.scale(), l.center(), width);
      default -> {}
    }
    return arrays;
  }

  private static void putGammaBeta(
      Map<String, List<Integer>> arrays, boolean scale, boolean center, int width) {
    if (scale) {
      arrays.put("gamma", List.of(width));
    }
    if (center) {
      arrays.put("beta", List.of(width));
    }
  }

  /** The width of what a layer gives, by those of what it reads. */
  static int width(LayerSpec layer, List<Integer> read) {
    return switch (layer) {
      case LayerSpec.Dense dense -> dense.units();
      case LayerSpec.Concatenate l -> read.stream().mapToInt(Integer::intValue).sum();
      default -> read.getFirst();
    };
  }

  /** {@code GlorotUniform} as {@code glorot_uniform}. */
  static String snake(String type) {
    return type.replaceAll("([a-z0-9])([A-Z])", "$1_$2").toLowerCase(Locale.ROOT);
  }
}
