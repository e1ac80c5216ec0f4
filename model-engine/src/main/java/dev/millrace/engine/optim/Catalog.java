package dev.millrace.engine.optim;

import dev.millrace.engine.optim.Setting.Range;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** The optimisers there are: name, default learning rate, settings, implementation. */
final class Catalog {
  /**
   * One optimiser.
   *
   * @param rate the default learning rate
   */
  record Entry(
      double rate,
      boolean takesSchedule,
      List<Setting> settings,
      Function<OptimizerSpec, Optimizer> implementation) {}

  static final List<Setting> CLIPPING =
      List.of(
          new Setting("clipvalue", 0, Range.CLIP, "Bound of each element of the gradient."),
          new Setting("clipnorm", 0, Range.CLIP, "Bound of the norm of each tensor's gradient."),
          new Setting("global_clipnorm", 0, Range.CLIP, "Bound of the whole gradient's norm."));

  private static final Setting EPSILON = epsilon(1e-7, Range.EPSILON);
  private static final Setting EPSILON_UNDER_ROOT = epsilon(1e-7, Range.EPSILON_UNDER_ROOT);
  private static final Setting MOMENTUM =
      new Setting("momentum", 0, Range.FRACTION, "What is kept of the last move.");
  private static final Setting AMSGRAD =
      new Setting("amsgrad", 0, Range.FLAG, "Whether to divide by the greatest v so far.");

  private static final Map<String, Entry> ENTRIES = new LinkedHashMap<>();

  static {
    add(
        "sgd",
        0.01,
        Sgd::new,
        MOMENTUM,
        new Setting("nesterov", 0, Range.FLAG, "Whether to look ahead along the momentum."));
    add("adam", 0.001, Adam::new, beta1(0.9), beta2(0.999), EPSILON, AMSGRAD);
    add("adamw", 0.001, Adam::new, beta1(0.9), beta2(0.999), EPSILON, AMSGRAD, weightDecay(0.004));
    add("adagrad", 0.001, Adagrad::new, accumulator(Range.STRENGTH), EPSILON_UNDER_ROOT);
    add(
        "rmsprop",
        0.001,
        RmsProp::new,
        new Setting("rho", 0.9, Range.FRACTION, "Decay of the mean of squares."),
        MOMENTUM,
        EPSILON_UNDER_ROOT,
        new Setting("centered", 0, Range.FLAG, "Whether to divide by the variance instead."));
    add("nadam", 0.001, Nadam::new, beta1(0.9), beta2(0.999), EPSILON);
    add(
        "ftrl",
        0.001,
        Ftrl::new,
        new Setting("learning_rate_power", -0.5, Range.POWER, "How the rate falls; 0 for not."),
        accumulator(Range.ACCUMULATOR),
        strength("l1_regularization_strength", "Pull to exactly 0."),
        strength("l2_regularization_strength", "Pull towards 0."),
        strength("l2_shrinkage_regularization_strength", "Pull by the gradient alone."),
        strength("beta", "Added to the root of the sum of squares."));
    add("lion", 0.001, Lion::new, beta1(0.9), beta2(0.99));
    add("normalized_sgd", 0.1, NormalizedSgd::new);
    add("normalized_adagrad", 0.3, NormalizedAdagrad::new, EPSILON_UNDER_ROOT);
    Setting warmup = new Setting("warmup_steps", 0, Range.STEPS_OR_NONE, "Steps of rising rate.");
    add(
        "schedule_free_sgd",
        1.0,
        ScheduleFreeSgd::new,
        new Setting("momentum", 0.9, Range.FRACTION, "How near the mean gradients are taken."),
        warmup);
    add(
        "schedule_free_adamw",
        0.0025,
        ScheduleFreeAdamW::new,
        new Setting("beta_1", 0.9, Range.FRACTION, "How near the mean gradients are taken."),
        beta2(0.999),
        epsilon(1e-8, Range.EPSILON),
        warmup);
  }

  private Catalog() {}

  private static void add(
      String name,
      double rate,
      Function<OptimizerSpec, Optimizer> implementation,
      Setting... settings) {
    List<Setting> all = new ArrayList<>(List.of(settings));
    if (all.stream().noneMatch(setting -> setting.name().equals("weight_decay"))) {
      all.add(weightDecay(0));
    }
    all.addAll(CLIPPING);
    boolean takesSchedule = !name.equals("ftrl") && !name.startsWith("schedule_free");
    ENTRIES.put(name, new Entry(rate, takesSchedule, List.copyOf(all), implementation));
  }

  static List<String> names() {
    return List.copyOf(ENTRIES.keySet());
  }

  static Entry entry(String name) {
    Entry entry = ENTRIES.get(name);
    if (entry == null) {
      throw new IllegalArgumentException("optimizer must be one of " + names() + ", name=" + name);
    }
    return entry;
  }

  private static Setting beta1(double value) {
    return new Setting("beta_1", value, Range.FRACTION, "Decay of the mean gradient.");
  }

  private static Setting beta2(double value) {
    return new Setting("beta_2", value, Range.FRACTION, "Decay of the slower mean.");
  }

  private static Setting epsilon(double value, Range range) {
    return new Setting("epsilon", value, range, "Keeps the divisor from 0.");
  }

  private static Setting weightDecay(double value) {
    return new Setting("weight_decay", value, Range.SHARE, "Times the rate, taken off a weight.");
  }

  private static Setting accumulator(Range range) {
    return new Setting("initial_accumulator_value", 0.1, range, "First sum of squares.");
  }

  private static Setting strength(String name, String doc) {
    return new Setting(name, 0, Range.STRENGTH, doc);
  }
}
