package dev.millrace.engine.optim;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A learning rate that is a number, or a schedule's function of the step. In JSON it is that
 * number, or {@code {"cosine_decay":{"initial_learning_rate":0.01,…}}}.
 *
 * @param numbers the schedule's settings in the order of {@link Schedule#settings}; for the
 *     piecewise constant one its values, then its boundaries
 */
public record LearningRate(Schedule schedule, List<Double> numbers) {
  private static final String BOUNDARIES = "boundaries";
  private static final String VALUES = "values";

  public LearningRate {
    numbers = List.copyOf(numbers);
    if (schedule == Schedule.PIECEWISE_CONSTANT_DECAY) {
      checkPieces(numbers);
    } else if (numbers.size() != schedule.settings().size()) {
      throw new IllegalArgumentException(
          schedule + " has " + schedule.settings().size() + " numbers, numbers=" + numbers);
    } else {
      for (int i = 0; i < numbers.size(); i++) {
        schedule.settings().get(i).check(numbers.get(i));
      }
    }
    schedule.check(numbers);
  }

  private static void checkPieces(List<Double> numbers) {
    int values = (numbers.size() + 1) / 2;
    if (numbers.size() < 3 || numbers.size() % 2 == 0) {
      throw new IllegalArgumentException(
          "values must be one more than boundaries, of which there is at least one");
    }
    for (int i = 0; i < values; i++) {
      if (!Setting.Range.RATE_OR_ZERO.contains(numbers.get(i))) {
        throw new IllegalArgumentException(
            "each of values must be " + Setting.Range.RATE_OR_ZERO + ", value=" + numbers.get(i));
      }
    }
    double before = -1;
    for (double boundary : numbers.subList(values, numbers.size())) {
      if (!Setting.Range.STEPS_OR_NONE.contains(boundary) || boundary <= before) {
        throw new IllegalArgumentException(
            "boundaries must be whole numbers from 0 to 1e12, ascending, boundary=" + boundary);
      }
      before = boundary;
    }
  }

  /** The same rate at every step. */
  public static LearningRate constant(double rate) {
    return new LearningRate(Schedule.CONSTANT, List.of(rate));
  }

  /** Keras' {@code PiecewiseConstantDecay}: values[i] up to and with the step boundaries[i]. */
  public static LearningRate piecewise(List<Double> boundaries, List<Double> values) {
    if (values.size() != boundaries.size() + 1) {
      throw new IllegalArgumentException(
          "values must be one more than boundaries, values="
              + values.size()
              + ", boundaries="
              + boundaries.size());
    }
    List<Double> numbers = new ArrayList<>(values);
    numbers.addAll(boundaries);
    return new LearningRate(Schedule.PIECEWISE_CONSTANT_DECAY, numbers);
  }

  /**
   * A schedule by its name and settings, defaults filled in.
   *
   * @throws IllegalArgumentException if there is no such schedule or setting, a setting is missing
   *     or out of range
   */
  public static LearningRate of(String name, Map<String, Double> settings) {
    Schedule schedule = schedule(name);
    Set<String> unknown = new HashSet<>(settings.keySet());
    List<Double> numbers = new ArrayList<>();
    for (Setting setting : schedule.settings()) {
      unknown.remove(setting.name());
      double value = settings.getOrDefault(setting.name(), setting.defaultValue());
      if (Double.isNaN(value)) {
        throw new IllegalArgumentException(name + " needs the setting " + setting.name());
      }
      numbers.add(value);
    }
    if (!unknown.isEmpty()) {
      throw new IllegalArgumentException(
          name
              + " has the settings "
              + schedule.settings().stream().map(Setting::name).toList()
              + ", setting="
              + unknown.iterator().next());
    }
    return new LearningRate(schedule, numbers);
  }

  private static Schedule schedule(String name) {
    return Schedule.changing().stream()
        .filter(schedule -> schedule.toString().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "schedule must be one of " + Schedule.changing() + ", name=" + name));
  }

  public boolean isConstant() {
    return schedule == Schedule.CONSTANT;
  }

  /**
   * The rate of a step.
   *
   * @param step how many steps were made before
   */
  public double at(long step) {
    return schedule.at(step, numbers);
  }

  /** What the rate of no step exceeds. */
  public double most() {
    return schedule.most(numbers);
  }

  /** What JSON has for it. */
  @JsonValue
  public Object json() {
    if (isConstant()) {
      return numbers.getFirst();
    }
    Map<String, Object> settings = new LinkedHashMap<>();
    if (schedule == Schedule.PIECEWISE_CONSTANT_DECAY) {
      int values = (numbers.size() + 1) / 2;
      settings.put(BOUNDARIES, numbers.subList(values, numbers.size()));
      settings.put(VALUES, numbers.subList(0, values));
    }
    for (int i = 0; i < schedule.settings().size(); i++) {
      settings.put(schedule.settings().get(i).name(), numbers.get(i));
    }
    return Map.of(schedule.toString(), settings);
  }

  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  static LearningRate fromJson(JsonNode json) {
    if (json.isNumber()) {
      return constant(json.doubleValue());
    }
    if (!json.isObject() || json.size() != 1) {
      throw new IllegalArgumentException(
          "a learning rate is a number or one schedule, json=" + json);
    }
    String name = json.fieldNames().next();
    JsonNode settings = json.get(name);
    if (name.equals(Schedule.PIECEWISE_CONSTANT_DECAY.toString())) {
      return piecewise(doubles(settings.path(BOUNDARIES)), doubles(settings.path(VALUES)));
    }
    Map<String, Double> numbers = new LinkedHashMap<>();
    settings.properties().forEach(e -> numbers.put(e.getKey(), e.getValue().doubleValue()));
    return of(name, numbers);
  }

  private static List<Double> doubles(JsonNode array) {
    return array.valueStream().map(JsonNode::doubleValue).toList();
  }

  /** As a pipeline file would state it. */
  @Override
  public String toString() {
    return json().toString().replace('=', ':').replace(":", ": ");
  }
}
