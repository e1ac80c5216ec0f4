package dev.millrace.engine.optim;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * An optimiser by name with every setting resolved; what is not stated has its default, which is
 * Keras' where Keras has the optimiser. The bounds of the settings keep a weight from overflowing
 * in any one step, and weight decay from turning a weight round.
 *
 * @param name one of {@link #names}
 * @param learningRate a number or a schedule
 * @param settings all others by name; flags are 0 or 1, and 0 turns a clipping off
 */
public record OptimizerSpec(
    String name, LearningRate learningRate, SortedMap<String, Double> settings) {
  private static final String LEARNING_RATE = "learning_rate";

  /** Ftrl divides by its rate. */
  private static final double FTRL_RATE_MIN = 1e-12;

  public OptimizerSpec {
    SortedMap<String, Double> resolved = new TreeMap<>();
    settings(name).forEach(setting -> resolved.put(setting.name(), setting.defaultValue()));
    settings.forEach(
        (setting, value) -> {
          if (resolved.replace(setting, value) == null) {
            throw new IllegalArgumentException(
                name + " has the settings " + resolved.keySet() + ", setting=" + setting);
          }
        });
    settings(name).forEach(setting -> setting.check(resolved.get(setting.name())));
    settings = Collections.unmodifiableSortedMap(resolved);
    checkClipping(settings);
    checkRate(name, learningRate, settings.get("weight_decay"));
  }

  private static void checkClipping(Map<String, Double> settings) {
    List<String> stated =
        Catalog.CLIPPING.stream()
            .map(Setting::name)
            .filter(setting -> settings.get(setting) > 0)
            .toList();
    if (stated.size() > 1) {
      throw new IllegalArgumentException(
          "only one of clipvalue, clipnorm and global_clipnorm can be set, set=" + stated);
    }
  }

  private static void checkRate(String name, LearningRate rate, double weightDecay) {
    if (!rate.isConstant() && !takesSchedule(name)) {
      throw new IllegalArgumentException(
          name + " needs a learning_rate that is a number, schedule=" + rate.schedule());
    }
    if (name.equals("ftrl") && rate.most() < FTRL_RATE_MIN) {
      throw new IllegalArgumentException(
          "ftrl needs a learning_rate of at least 1e-12, learning_rate=" + rate);
    }
    if (rate.most() * weightDecay > 1) {
      throw new IllegalArgumentException(
          "learning_rate times weight_decay must be at most 1, learning_rate="
              + rate.most()
              + ", weight_decay="
              + weightDecay);
    }
  }

  /**
   * The same with another learning rate, a number, from some step on.
   *
   * @throws IllegalArgumentException if the rate is out of range, or the optimiser's must not
   *     change
   */
  public OptimizerSpec withRate(double rate) {
    if (!takesSchedule(name)) {
      throw new IllegalArgumentException("the learning_rate of " + name + " cannot change");
    }
    return new OptimizerSpec(name, LearningRate.constant(rate), settings);
  }

  /** The named optimiser with its defaults. */
  public static OptimizerSpec of(String name) {
    return of(name, Map.of());
  }

  /**
   * The named optimiser with its defaults but for the settings given, a constant {@code
   * learning_rate} among them.
   */
  public static OptimizerSpec of(String name, Map<String, Double> settings) {
    SortedMap<String, Double> others = new TreeMap<>(settings);
    Double rate = others.remove(LEARNING_RATE);
    return new OptimizerSpec(
        name, LearningRate.constant(rate == null ? defaultRate(name) : rate), others);
  }

  /** The named optimiser with its defaults but for the learning rate and the settings given. */
  public static OptimizerSpec of(String name, LearningRate rate, Map<String, Double> settings) {
    return new OptimizerSpec(name, rate, new TreeMap<>(settings));
  }

  /** The optimisers there are. */
  public static List<String> names() {
    return Catalog.names();
  }

  /** Whether the named optimiser's learning rate may be a schedule. */
  public static boolean takesSchedule(String name) {
    return Catalog.entry(name).takesSchedule();
  }

  /** The learning rate that the named optimiser has unless stated. */
  public static double defaultRate(String name) {
    return Catalog.entry(name).rate();
  }

  /** The settings of the named optimiser beside its learning rate. */
  public static List<Setting> settings(String name) {
    return Catalog.entry(name).settings();
  }

  /** The value of a setting. */
  public double get(String setting) {
    return settings.get(setting);
  }

  boolean flag(String setting) {
    return get(setting) == 1;
  }

  /** What JSON has for it: the name, and the settings with the learning rate among them. */
  @JsonValue
  Map<String, Object> json() {
    Map<String, Object> all = new TreeMap<>(settings);
    all.put(LEARNING_RATE, learningRate);
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("name", name);
    json.put("settings", all);
    return json;
  }

  @JsonCreator
  static OptimizerSpec fromJson(
      @JsonProperty("name") String name, @JsonProperty("settings") Map<String, JsonNode> settings) {
    SortedMap<String, Double> others = new TreeMap<>();
    settings.forEach((setting, value) -> others.put(setting, value.doubleValue()));
    others.remove(LEARNING_RATE);
    JsonNode rate = settings.get(LEARNING_RATE);
    return new OptimizerSpec(
        name,
        rate == null ? LearningRate.constant(defaultRate(name)) : LearningRate.fromJson(rate),
        others);
  }
}
