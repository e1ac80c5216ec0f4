package dev.millrace.topology.config;

import dev.millrace.engine.optim.LearningRate;
import dev.millrace.engine.optim.OptimizerSpec;
import dev.millrace.engine.optim.Schedule;
import dev.millrace.engine.optim.Setting;
import dev.millrace.engine.optim.Setting.Range;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** {@code model.optimizer} of a pipeline file: its shape, and the optimiser that a value states. */
final class OptimizerOptions {
  private static final String LEARNING_RATE = "learning_rate";
  private static final long STEPS_MAX = 1_000_000_000_000L;

  private OptimizerOptions() {}

  static Shape shape() {
    List<String> words = new ArrayList<>(List.of(Options.AUTO));
    words.addAll(OptimizerSpec.names());
    List<Option> optimizers =
        OptimizerSpec.names().stream()
            .map(name -> new Option(name, settings(name), doc(name), "none"))
            .toList();
    return new Shape.OneOf(new Shape.Word(List.copyOf(words)), new Shape.MapOf(optimizers, true));
  }

  private static String doc(String name) {
    return "The optimiser " + name + " and its settings; see docs/optimizers.md.";
  }

  private static Shape settings(String optimizer) {
    List<Option> options = new ArrayList<>();
    Shape number = decimal(Range.RATE);
    options.add(
        new Option(
            LEARNING_RATE,
            OptimizerSpec.takesSchedule(optimizer)
                ? new Shape.OneOf(number, new Shape.Shared("schedule", schedules()))
                : number,
            "How far a step goes.",
            Double.toString(OptimizerSpec.defaultRate(optimizer))));
    OptimizerSpec.settings(optimizer).forEach(setting -> options.add(option(setting)));
    return new Shape.MapOf(List.copyOf(options));
  }

  private static Shape schedules() {
    return new Shape.MapOf(
        Schedule.changing().stream()
            .map(
                schedule ->
                    new Option(schedule.toString(), schedule(schedule), "Keras' schedule.", "none"))
            .toList(),
        true);
  }

  private static Shape schedule(Schedule schedule) {
    if (schedule == Schedule.PIECEWISE_CONSTANT_DECAY) {
      Shape steps = new Shape.ListOf(new Shape.Whole(0, STEPS_MAX), 1, "numbers of steps");
      Shape rates = new Shape.ListOf(decimal(Range.RATE_OR_ZERO), 2, "at least two rates");
      return new Shape.MapOf(
          List.of(
              new Option("boundaries", steps, "The last step of each rate but the last.", ""),
              new Option("values", rates, "The rates, one more than boundaries.", "")));
    }
    return new Shape.MapOf(schedule.settings().stream().map(OptimizerOptions::option).toList());
  }

  private static Option option(Setting setting) {
    Shape shape =
        switch (setting.range()) {
          case FLAG -> new Shape.Flag();
          case STEPS -> new Shape.Whole(1, STEPS_MAX);
          case STEPS_OR_NONE -> new Shape.Whole(0, STEPS_MAX);
          default -> decimal(setting.range());
        };
    return new Option(setting.name(), shape, setting.doc(), setting.defaultText());
  }

  private static Shape decimal(Range range) {
    return new Shape.Decimal("a number " + range, range::contains);
  }

  /**
   * The optimiser that the value states; none for {@code auto}.
   *
   * @throws IllegalArgumentException if settings do not go together
   */
  static Optional<OptimizerSpec> spec(Value optimizer) {
    if (!optimizer.isMap()) {
      return optimizer.text().filter(word -> !word.equals(Options.AUTO)).map(OptimizerSpec::of);
    }
    String name =
        OptimizerSpec.names().stream()
            .filter(n -> optimizer.get(n).isPresent())
            .findFirst()
            .orElseThrow();
    Value stated = optimizer.get(name).orElseThrow();
    LearningRate rate =
        stated
            .get(LEARNING_RATE)
            .map(OptimizerOptions::learningRate)
            .orElseGet(() -> LearningRate.constant(OptimizerSpec.defaultRate(name)));
    return Optional.of(OptimizerSpec.of(name, rate, numbers(stated, OptimizerSpec.settings(name))));
  }

  private static LearningRate learningRate(Value value) {
    if (!value.isMap()) {
      return LearningRate.constant(number(value));
    }
    Schedule schedule =
        Schedule.changing().stream()
            .filter(s -> value.get(s.toString()).isPresent())
            .findFirst()
            .orElseThrow();
    Value stated = value.get(schedule.toString()).orElseThrow();
    return schedule == Schedule.PIECEWISE_CONSTANT_DECAY
        ? LearningRate.piecewise(list(stated, "boundaries"), list(stated, "values"))
        : LearningRate.of(schedule.toString(), numbers(stated, schedule.settings()));
  }

  private static List<Double> list(Value map, String key) {
    return map.get(key).orElseThrow().elements().stream().map(OptimizerOptions::number).toList();
  }

  private static Map<String, Double> numbers(Value map, List<Setting> settings) {
    Map<String, Double> numbers = new LinkedHashMap<>();
    for (Setting setting : settings) {
      map.get(setting.name()).ifPresent(value -> numbers.put(setting.name(), number(value)));
    }
    return numbers;
  }

  private static double number(Value value) {
    return switch (value.content()) {
      case Boolean flag -> flag ? 1 : 0;
      case Number number -> number.doubleValue();
      default -> throw new IllegalStateException("no number, content=" + value.content());
    };
  }
}
