package dev.millrace.engine.optim;

import java.util.function.DoublePredicate;

/**
 * A number by which an optimiser or a schedule is set.
 *
 * @param name Keras' name, where Keras has the setting
 * @param defaultValue what holds when it is not stated; NaN if it must be
 */
public record Setting(String name, double defaultValue, Range range, String doc) {
  /** The numbers that a setting can be. */
  public enum Range {
    RATE("greater than 0 and at most 1e6", v -> v > 0 && v <= 1e6),
    RATE_OR_ZERO("from 0 to 1e6", v -> v >= 0 && v <= 1e6),
    FRACTION("at least 0 and less than 1", v -> v >= 0 && v < 1),
    SHARE("from 0 to 1", v -> v >= 0 && v <= 1),
    FACTOR("greater than 0 and at most 1", v -> v > 0 && v <= 1),
    FLAG("true or false", v -> v == 0 || v == 1),
    EPSILON("from 1e-30 to 1e6", v -> v >= 1e-30 && v <= 1e6),
    EPSILON_UNDER_ROOT("from 1e-20 to 1e6", v -> v >= 1e-20 && v <= 1e6),
    CLIP("from 1e-18 to 1e18, or 0 for none", v -> v == 0 || (v >= 1e-18 && v <= 1e18)),
    STRENGTH("from 0 to 1e6", v -> v >= 0 && v <= 1e6),
    ACCUMULATOR("from 1e-10 to 1e6", v -> v >= 1e-10 && v <= 1e6),
    POWER("from -1 to 0", v -> v >= -1 && v <= 0),
    EXPONENT("greater than 0 and at most 100", v -> v > 0 && v <= 100),
    GROWTH("from 1 to 100", v -> v >= 1 && v <= 100),
    STEPS("a whole number from 1 to 1e12", v -> v >= 1 && v <= 1e12 && v == Math.rint(v)),
    STEPS_OR_NONE("a whole number from 0 to 1e12", v -> v >= 0 && v <= 1e12 && v == Math.rint(v));

    private final String words;
    private final DoublePredicate contains;

    Range(String words, DoublePredicate contains) {
      this.words = words;
      this.contains = contains;
    }

    /** Whether the number is one of them. */
    public boolean contains(double value) {
      return contains.test(value);
    }

    /** In words, to follow "must be". */
    @Override
    public String toString() {
      return words;
    }
  }

  static Setting required(String name, Range range, String doc) {
    return new Setting(name, Double.NaN, range, doc);
  }

  public boolean isRequired() {
    return Double.isNaN(defaultValue);
  }

  public boolean isFlag() {
    return range == Range.FLAG;
  }

  /** The default as a pipeline file would state it; empty if the setting must be stated. */
  public String defaultText() {
    if (isRequired()) {
      return "";
    }
    return switch (range) {
      case FLAG -> Boolean.toString(defaultValue == 1);
      case CLIP -> "none";
      case STEPS, STEPS_OR_NONE -> Long.toString((long) defaultValue);
      default -> Double.toString(defaultValue);
    };
  }

  /**
   * The value itself.
   *
   * @throws IllegalArgumentException if it is out of range
   */
  double check(double value) {
    if (!range.contains(value)) {
      throw new IllegalArgumentException(name + " must be " + range + ", value=" + value);
    }
    return value;
  }
}
