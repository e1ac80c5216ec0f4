package dev.millrace.engine.optim;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Each optimiser, and each variant that steps or keeps state in another way. */
public final class EveryOptimizer {
  private static final Map<String, OptimizerSpec> SPECS = new LinkedHashMap<>();

  static {
    OptimizerSpec.names().forEach(name -> SPECS.put(name, OptimizerSpec.of(name)));
    add("momentum", "sgd", Map.of("learning_rate", 0.05, "momentum", 0.9));
    add("nesterov", "sgd", Map.of("learning_rate", 0.05, "momentum", 0.9, "nesterov", 1.0));
    add("sgd, decayed", "sgd", Map.of("weight_decay", 0.1));
    add("amsgrad", "adam", Map.of("amsgrad", 1.0, "beta_2", 0.9));
    add("rmsprop, momentum", "rmsprop", Map.of("momentum", 0.9, "weight_decay", 0.01));
    add("rmsprop, centered", "rmsprop", Map.of("centered", 1.0));
    add("rmsprop, both", "rmsprop", Map.of("centered", 1.0, "momentum", 0.8));
    Map<String, Double> regularized =
        Map.of(
            "learning_rate", 0.1,
            "l1_regularization_strength", 0.02,
            "l2_regularization_strength", 0.03,
            "l2_shrinkage_regularization_strength", 0.04,
            "beta", 0.5);
    add("ftrl, regularized", "ftrl", regularized);
    add("ftrl, power", "ftrl", Map.of("learning_rate", 0.1, "learning_rate_power", -0.7));
    add("ftrl, constant", "ftrl", Map.of("learning_rate", 0.1, "learning_rate_power", 0.0));
    Map<String, Double> warm = Map.of("warmup_steps", 20.0, "weight_decay", 0.05);
    add("schedule_free_sgd, warm", "schedule_free_sgd", warm);
    add("schedule_free_adamw, warm", "schedule_free_adamw", warm);
    LearningRate cosine =
        LearningRate.of(
            "cosine_decay", Map.of("initial_learning_rate", 0.01, "decay_steps", 150.0));
    SPECS.put("adam, cosine", OptimizerSpec.of("adam", cosine, Map.of("weight_decay", 0.05)));
  }

  private EveryOptimizer() {}

  private static void add(String key, String name, Map<String, Double> settings) {
    SPECS.put(key, OptimizerSpec.of(name, settings));
  }

  /** What {@link #spec} takes. */
  public static List<String> keys() {
    return List.copyOf(SPECS.keySet());
  }

  public static OptimizerSpec spec(String key) {
    return SPECS.get(key);
  }
}
