package dev.millrace.engine.loss;

import com.fasterxml.jackson.annotation.JsonCreator;
import dev.millrace.engine.layer.Activation;
import dev.millrace.engine.layer.LayerSpec;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What training makes smaller, by Keras' name with every setting resolved; what is not stated has
 * Keras' default. The constants have the defaults. {@code docs/losses.md} has the formulas.
 *
 * @param name one of {@link #names}
 * @param settings all of the loss' settings by Keras' names; {@code apply_class_balancing} is 0 or
 *     1
 */
public record LossSpec(String name, SortedMap<String, Double> settings) {
  /** What a loss compares, and by which outputs. */
  public enum Kind {
    /** Which one of several classes: the outputs are their probabilities. */
    CLASSES(List.of(Activation.SOFTMAX)),
    /** Yes or no, for each output: its probability of yes. */
    YES_OR_NO(List.of(Activation.SIGMOID)),
    /** Yes or no, for each output: positive for yes, and the larger the surer. */
    MARGIN(List.of(Activation.LINEAR, Activation.TANH)),
    /** A number, for each output. */
    VALUE(List.of(Activation.values())),
    /** How many, for each output: the number expected, which is not negative. */
    COUNT(List.of(Activation.EXPONENTIAL, Activation.RELU, Activation.SIGMOID, Activation.SOFTMAX));

    private final List<Activation> activations;

    Kind(List<Activation> activations) {
      this.activations = activations;
    }

    /** The activations that the output layer may have. */
    public List<Activation> activations() {
      return activations;
    }

    /** Whether it goes with a label of so many classes, 0 being a number. */
    public boolean fits(int classes) {
      return switch (this) {
        case CLASSES -> classes >= 2;
        case YES_OR_NO, MARGIN -> classes == 2;
        case VALUE, COUNT -> classes == 0;
      };
    }
  }

  private record Definition(Kind kind, Map<String, Double> defaults) {}

  private static final Map<String, Definition> DEFINITIONS = new LinkedHashMap<>();

  private static void define(String name, Kind kind, Map<String, Double> defaults) {
    DEFINITIONS.put(name, new Definition(kind, defaults));
  }

  static {
    Map<String, Double> smoothing = Map.of("label_smoothing", 0.0);
    define("categorical_crossentropy", Kind.CLASSES, smoothing);
    define("sparse_categorical_crossentropy", Kind.CLASSES, smoothing);
    define(
        "categorical_focal_crossentropy",
        Kind.CLASSES,
        Map.of("alpha", 0.25, "gamma", 2.0, "label_smoothing", 0.0));
    define("binary_crossentropy", Kind.YES_OR_NO, smoothing);
    define(
        "binary_focal_crossentropy",
        Kind.YES_OR_NO,
        Map.of("alpha", 0.25, "apply_class_balancing", 0.0, "gamma", 2.0, "label_smoothing", 0.0));
    define("hinge", Kind.MARGIN, Map.of());
    define("squared_hinge", Kind.MARGIN, Map.of());
    define("mean_squared_error", Kind.VALUE, Map.of());
    define("mean_absolute_error", Kind.VALUE, Map.of());
    define("huber", Kind.VALUE, Map.of("delta", 1.0));
    define("log_cosh", Kind.VALUE, Map.of());
    define("quantile", Kind.VALUE, Map.of("quantile", 0.5));
    define("poisson", Kind.COUNT, Map.of());
  }

  public static final LossSpec CATEGORICAL_CROSSENTROPY = of("categorical_crossentropy");
  public static final LossSpec SPARSE_CATEGORICAL_CROSSENTROPY =
      of("sparse_categorical_crossentropy");
  public static final LossSpec CATEGORICAL_FOCAL_CROSSENTROPY =
      of("categorical_focal_crossentropy");
  public static final LossSpec BINARY_CROSSENTROPY = of("binary_crossentropy");
  public static final LossSpec BINARY_FOCAL_CROSSENTROPY = of("binary_focal_crossentropy");
  public static final LossSpec HINGE = of("hinge");
  public static final LossSpec SQUARED_HINGE = of("squared_hinge");
  public static final LossSpec MEAN_SQUARED_ERROR = of("mean_squared_error");
  public static final LossSpec MEAN_ABSOLUTE_ERROR = of("mean_absolute_error");
  public static final LossSpec HUBER = of("huber");
  public static final LossSpec LOG_COSH = of("log_cosh");
  public static final LossSpec QUANTILE = of("quantile");
  public static final LossSpec POISSON = of("poisson");

  @JsonCreator(mode = JsonCreator.Mode.PROPERTIES)
  public LossSpec {
    if (!DEFINITIONS.containsKey(name)) {
      throw new IllegalArgumentException("loss must be one of " + names() + ", name=" + name);
    }
    SortedMap<String, Double> resolved = new TreeMap<>(DEFINITIONS.get(name).defaults());
    settings.forEach(
        (setting, value) -> {
          if (resolved.replace(setting, value) == null) {
            throw new IllegalArgumentException(
                name + " has the settings " + resolved.keySet() + ", setting=" + setting);
          }
          if (!isValid(setting, value)) {
            throw new IllegalArgumentException(
                setting + " must be " + range(setting) + ", value=" + value);
          }
        });
    settings = Collections.unmodifiableSortedMap(resolved);
  }

  /** Whether a setting can have this value. */
  public static boolean isValid(String setting, double value) {
    return switch (setting) {
      case "gamma" -> value >= 0 && value <= 100;
      case "apply_class_balancing" -> value == 0 || value == 1;
      case "delta" -> value >= 1e-30 && value <= 1e6;
      case "quantile" -> value > 0 && value < 1;
      default -> value >= 0 && value <= 1;
    };
  }

  /** The values that a setting can have, in words. */
  public static String range(String setting) {
    return switch (setting) {
      case "gamma" -> "from 0 to 100";
      case "apply_class_balancing" -> "true or false";
      case "delta" -> "from 1e-30 to 1e6";
      case "quantile" -> "greater than 0 and less than 1";
      default -> "from 0 to 1";
    };
  }

  /** The named loss with its default settings; also what its name alone is in JSON. */
  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public static LossSpec of(String name) {
    return new LossSpec(name, new TreeMap<>());
  }

  /** The named loss with its default settings but for those given. */
  public static LossSpec of(String name, Map<String, Double> settings) {
    return new LossSpec(name, new TreeMap<>(settings));
  }

  /** The losses there are. */
  public static List<String> names() {
    return List.copyOf(DEFINITIONS.keySet());
  }

  /** The losses that go with a label of so many classes, 0 being a number. */
  public static List<String> namesFor(int classes) {
    return DEFINITIONS.entrySet().stream()
        .filter(e -> e.getValue().kind().fits(classes))
        .map(Map.Entry::getKey)
        .toList();
  }

  /** The settings the named loss has, with their defaults. */
  public static SortedMap<String, Double> defaults(String name) {
    return of(name).settings();
  }

  /** The value of a setting. */
  public double get(String setting) {
    return settings.get(setting);
  }

  /** What the loss compares. */
  public Kind kind() {
    return DEFINITIONS.get(name).kind();
  }

  /**
   * Checks that an output layer which learns by itself does so by this loss.
   *
   * @throws IllegalArgumentException if it minimises another
   */
  public void requireFor(LayerSpec output) {
    if (output instanceof LayerSpec.RecursiveLeastSquares && !equals(MEAN_SQUARED_ERROR)) {
      throw new IllegalArgumentException(
          "%s learns a number by mean_squared_error; expected that loss and a label without classes, loss=%s"
              .formatted(output.kind(), name));
    }
  }

  /**
   * The same loss with the index of the class as its target, if there is one: the same bits, and no
   * row of zeros with a one in it.
   */
  public LossSpec ofClassIndex() {
    return name.equals("categorical_crossentropy")
        ? of("sparse_categorical_crossentropy", settings)
        : this;
  }

  /** The name, and the settings if there are any: {@code huber{delta=1.0}}. */
  @Override
  public String toString() {
    return settings.isEmpty() ? name : name + settings;
  }
}
