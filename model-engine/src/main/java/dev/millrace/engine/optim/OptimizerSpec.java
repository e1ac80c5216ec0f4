package dev.millrace.engine.optim;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * An optimiser by Keras' name with every setting resolved; what is not stated has Keras' default.
 * The bounds of the settings keep a weight from overflowing in any one step.
 *
 * @param name {@code sgd} or {@code adam}
 * @param settings all of the optimiser's settings by Keras' names; {@code nesterov} is 0 or 1
 */
public record OptimizerSpec(String name, SortedMap<String, Double> settings) {
  private static final Map<String, Map<String, Double>> DEFAULTS = new LinkedHashMap<>();

  static {
    DEFAULTS.put("sgd", Map.of("learning_rate", 0.01, "momentum", 0.0, "nesterov", 0.0));
    DEFAULTS.put(
        "adam", Map.of("learning_rate", 0.001, "beta_1", 0.9, "beta_2", 0.999, "epsilon", 1e-7));
  }

  public OptimizerSpec {
    if (!DEFAULTS.containsKey(name)) {
      throw new IllegalArgumentException("optimizer must be one of " + names() + ", name=" + name);
    }
    SortedMap<String, Double> resolved = new TreeMap<>(DEFAULTS.get(name));
    settings.forEach(
        (setting, value) -> {
          if (resolved.replace(setting, value) == null) {
            throw new IllegalArgumentException(
                name + " has the settings " + resolved.keySet() + ", setting=" + setting);
          }
          check(setting, value);
        });
    settings = Collections.unmodifiableSortedMap(resolved);
  }

  private static void check(String setting, double value) {
    if (!isValid(setting, value)) {
      throw new IllegalArgumentException(
          setting + " must be " + range(setting) + ", value=" + value);
    }
  }

  /** Whether a setting can have this value. */
  public static boolean isValid(String setting, double value) {
    return switch (setting) {
      case "learning_rate" -> value > 0 && value <= 1e6;
      case "epsilon" -> value >= 1e-30 && value <= 1e6;
      case "nesterov" -> value == 0 || value == 1;
      default -> value >= 0 && value < 1;
    };
  }

  /** The values that a setting can have, in words. */
  public static String range(String setting) {
    return switch (setting) {
      case "learning_rate" -> "greater than 0 and at most 1e6";
      case "epsilon" -> "from 1e-30 to 1e6";
      case "nesterov" -> "true or false";
      default -> "at least 0 and less than 1";
    };
  }

  /** The named optimiser with Keras' defaults. */
  public static OptimizerSpec of(String name) {
    return new OptimizerSpec(name, new TreeMap<>());
  }

  /** The named optimiser with Keras' defaults but for the settings given. */
  public static OptimizerSpec of(String name, Map<String, Double> settings) {
    return new OptimizerSpec(name, new TreeMap<>(settings));
  }

  /** The optimisers there are. */
  public static List<String> names() {
    return List.copyOf(DEFAULTS.keySet());
  }

  /** The settings the named optimiser has, with Keras' defaults. */
  public static SortedMap<String, Double> defaults(String name) {
    return of(name).settings();
  }

  /** The value of a setting. */
  public double get(String setting) {
    return settings.get(setting);
  }
}
