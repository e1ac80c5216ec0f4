package dev.millrace.engine.optim;

import dev.millrace.engine.optim.Setting.Range;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * How a learning rate follows from the number of steps made before, by the formulas of Keras'
 * {@code keras.optimizers.schedules}, in double precision with {@link StrictMath}: the same bits
 * everywhere.
 */
public enum Schedule {
  CONSTANT(Setting.required("learning_rate", Range.RATE, "The rate.")) {
    @Override
    double at(double step, List<Double> s) {
      return s.get(0);
    }
  },

  /** initial·decay_rate^(step / decay_steps). */
  EXPONENTIAL_DECAY(
      initial(Range.RATE),
      decaySteps(),
      Setting.required("decay_rate", Range.FACTOR, "What is left of the rate after decay_steps."),
      staircase()) {
    @Override
    double at(double step, List<Double> s) {
      return s.get(0) * StrictMath.pow(s.get(2), periods(step, s));
    }
  },

  /** values[i] up to boundaries[i], the last value after the last; s is the values, then those. */
  PIECEWISE_CONSTANT_DECAY() {
    @Override
    double at(double step, List<Double> s) {
      int values = (s.size() + 1) / 2;
      int i = 0;
      while (i < values - 1 && step > s.get(values + i)) {
        i++;
      }
      return s.get(i);
    }

    @Override
    double most(List<Double> s) {
      return s.subList(0, (s.size() + 1) / 2).stream().mapToDouble(v -> v).max().getAsDouble();
    }
  },

  /** (initial - end)·(1 - step / decay_steps)^power + end; with cycle over ever longer spans. */
  POLYNOMIAL_DECAY(
      initial(Range.RATE),
      decaySteps(),
      new Setting("end_learning_rate", 1e-4, Range.RATE_OR_ZERO, "The rate after decay_steps."),
      new Setting("power", 1, Range.EXPONENT, "1 for a straight line."),
      new Setting("cycle", 0, Range.FLAG, "Whether the rate starts anew after decay_steps.")) {
    @Override
    double at(double step, List<Double> s) {
      double end = s.get(2);
      double span = s.get(1);
      if (s.get(4) == 1) {
        span *= Math.max(1, Math.ceil(step / span));
      }
      double left = 1 - Math.min(step, span) / span;
      return (s.get(0) - end) * StrictMath.pow(left, s.get(3)) + end;
    }

    @Override
    double most(List<Double> s) {
      return Math.max(s.get(0), s.get(2));
    }
  },

  /** initial / (1 + decay_rate·step / decay_steps). */
  INVERSE_TIME_DECAY(
      initial(Range.RATE),
      decaySteps(),
      Setting.required("decay_rate", Range.STRENGTH, "1 halves the rate in decay_steps."),
      staircase()) {
    @Override
    double at(double step, List<Double> s) {
      return s.get(0) / (1 + s.get(2) * periods(step, s));
    }
  },

  /** A line from initial to warmup_target, if there is one, then half a cosine down to alpha. */
  COSINE_DECAY(
      initial(Range.RATE_OR_ZERO),
      decaySteps(),
      alpha(),
      new Setting("warmup_target", 0, Range.RATE_OR_ZERO, "The rate to warm up to; 0 for none."),
      new Setting("warmup_steps", 0, Range.STEPS_OR_NONE, "Steps until warmup_target.")) {
    @Override
    double at(double step, List<Double> s) {
      double initial = s.get(0);
      double target = s.get(3);
      double warmup = s.get(4);
      if (step < warmup) {
        return (target - initial) * (step / warmup) + initial;
      }
      double done = Math.min(step - warmup, s.get(1)) / s.get(1);
      return (target > 0 ? target : initial) * cosine(done, 1, s.get(2));
    }

    @Override
    double most(List<Double> s) {
      return Math.max(s.get(0), s.get(3));
    }

    @Override
    void check(List<Double> s) {
      if (s.get(4) > 0 && s.get(3) == 0) {
        throw new IllegalArgumentException(
            "warmup_steps need a warmup_target greater than 0, warmup_steps=" + s.get(4));
      }
      if (most(s) == 0) {
        throw new IllegalArgumentException(
            "initial_learning_rate or warmup_target must be greater than 0");
      }
    }
  },

  /** Cosines of growing spans and falling heights (Loshchilov and Hutter, SGDR, ICLR 2017). */
  COSINE_DECAY_RESTARTS(
      initial(Range.RATE),
      Setting.required("first_decay_steps", Range.STEPS, "Steps until the first restart."),
      new Setting("t_mul", 2, Range.GROWTH, "How many times longer each span is."),
      new Setting("m_mul", 1, Range.FACTOR, "The height of each restart, of the one before."),
      alpha()) {
    @Override
    double at(double step, List<Double> s) {
      double growth = s.get(2);
      double done = step / s.get(1);
      double restarts = restarts(done, growth);
      double begin = begin(restarts, growth);
      double within = (done - begin) / StrictMath.pow(growth, restarts);
      return s.get(0) * cosine(within, StrictMath.pow(s.get(3), restarts), s.get(4));
    }

    // The logarithm is Keras'; rounding may put the moment of a restart on its wrong side.
    private double restarts(double done, double growth) {
      if (growth == 1) {
        return Math.floor(done);
      }
      double restarts =
          Math.floor(StrictMath.log(1 - done * (1 - growth)) / StrictMath.log(growth));
      if (begin(restarts, growth) > done) {
        return restarts - 1;
      }
      return begin(restarts + 1, growth) <= done ? restarts + 1 : restarts;
    }

    private double begin(double restarts, double growth) {
      return growth == 1 ? restarts : (1 - StrictMath.pow(growth, restarts)) / (1 - growth);
    }
  };

  private final List<Setting> settings;

  Schedule(Setting... settings) {
    this.settings = List.of(settings);
  }

  /** In the order in which {@link LearningRate#numbers} has them; none if those are lists. */
  public List<Setting> settings() {
    return settings;
  }

  /** The rate of a step. */
  abstract double at(double step, List<Double> numbers);

  /** What the rate of no step exceeds. */
  double most(List<Double> numbers) {
    return numbers.getFirst();
  }

  /** Throws if numbers, each in range, do not go together. */
  void check(List<Double> numbers) {}

  /** The schedules by name, all but the constant. */
  public static List<Schedule> changing() {
    return Arrays.stream(values()).filter(schedule -> schedule != CONSTANT).toList();
  }

  /** Keras' name in lower case, words apart by '_'. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }

  private static Setting initial(Range range) {
    return Setting.required("initial_learning_rate", range, "The rate of the first step.");
  }

  private static Setting decaySteps() {
    return Setting.required("decay_steps", Range.STEPS, "How long a decay takes, in steps.");
  }

  private static Setting staircase() {
    return new Setting("staircase", 0, Range.FLAG, "Whether it decays every decay_steps at once.");
  }

  private static Setting alpha() {
    return new Setting("alpha", 0, Range.SHARE, "The last rate, as a share of the highest.");
  }

  private static double periods(double step, List<Double> s) {
    double periods = step / s.get(1);
    return s.get(3) == 1 ? Math.floor(periods) : periods;
  }

  private static double cosine(double done, double height, double alpha) {
    return (1 - alpha) * (0.5 * height * (1 + StrictMath.cos(Math.PI * done))) + alpha;
  }
}
