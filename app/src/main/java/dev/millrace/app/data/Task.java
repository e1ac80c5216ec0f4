package dev.millrace.app.data;

import java.util.List;
import java.util.Locale;

/** What there is to predict: one of some classes, or a number. */
public enum Task {
  CLASSIFICATION,
  REGRESSION;

  /** Whole numbers with up to so many different values are taken as classes. */
  public static final int CLASS_NUMBERS_MAX = 20;

  /** What the label's values suggest. */
  public static Task of(Column label) {
    boolean few = label.whole() && label.distinct() <= CLASS_NUMBERS_MAX;
    return label.isNumber() && !few ? REGRESSION : CLASSIFICATION;
  }

  /** Why {@link #of} says so. */
  public static String reason(Column label) {
    String values = label.distinct() == 1 ? "1 value" : label.distinct() + " different values";
    return switch (label.kind()) {
      case STRING -> "text with " + values;
      case BOOLEAN -> "true and false";
      case LONG, DOUBLE ->
          of(label) == CLASSIFICATION
              ? "whole numbers with only " + values
              : label.whole() ? "whole numbers with " + values : "numbers with a fraction";
    };
  }

  /**
   * The classes of a label in their order: numbers by size, texts by alphabet.
   *
   * @throws CsvException if this column cannot be a class
   */
  public static List<String> classes(Column label) {
    List<String> classes =
        label.isNumber() && label.whole()
            ? label.values().stream().map(Task::wholeText).distinct().toList()
            : label.values();
    if (label.distinct() > ColumnTypes.VALUES_MAX) {
      throw new CsvException(
          "column '%s' has more than %d different values, too many for classes; a number can be a --task regression"
              .formatted(label.name(), ColumnTypes.VALUES_MAX));
    }
    if (classes.size() < 2) {
      throw new CsvException(
          "column '%s' has %s; a label needs at least two different values"
              .formatted(label.name(), classes.isEmpty() ? "no value" : "one value"));
    }
    return classes;
  }

  private static String wholeText(String number) {
    return Long.toString((long) Double.parseDouble(number));
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
