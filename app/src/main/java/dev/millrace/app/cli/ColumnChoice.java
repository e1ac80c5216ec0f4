package dev.millrace.app.cli;

import dev.millrace.app.data.CellShape;
import dev.millrace.app.data.Column;
import dev.millrace.app.data.Column.Kind;
import dev.millrace.app.data.ColumnTypes;
import java.util.Optional;

/** How a column of a file is taken as a feature, by what its rows show, and why. */
record ColumnChoice(String yaml, String reason) {
  private static final int ONE_HOT_MAX = 32;
  private static final int CODES_MIN = 3;
  private static final int ROWS_PER_CODE = 100;
  private static final int SECONDS_DISTINCT_MIN = 20;
  private static final int BUCKETS_MIN = 32;
  private static final int BUCKETS_MAX = 1 << 18;
  private static final int BUCKETS_OF_CHARACTERS = 1 << 16;

  static ColumnChoice of(Column column) {
    if (isTime(column)) {
      return time(column);
    } else if (column.isText()) {
      int buckets = buckets(column.shape().differentWords());
      return new ColumnChoice(
          feature(column, "text, buckets: " + buckets),
          reason(
              column,
              "text of %.1f words, %s different: text"
                  .formatted(column.shape().words(), atLeast(column.shape().differentWords()))));
    } else if (column.isNumberedId()) {
      return new ColumnChoice(
          feature(column, "growing, size: " + texts(column.distinct())),
          reason(
              column, "whole numbers that are ids by their name, " + values(column) + ": growing"));
    } else if (isTwoNumbers(column)) {
      return new ColumnChoice(feature(column, "numeric"), reason(column, "two whole numbers"));
    } else if (isOneHot(column)) {
      return new ColumnChoice(
          feature(column, "one_hot, categories: " + Yaml.list(column.values())),
          reason(column, kind(column) + ", " + values(column) + oneHotReason(column)));
    } else if (column.kind() == Kind.STRING) {
      return new ColumnChoice(
          feature(column, "hashed, buckets: " + buckets(column.distinct())),
          reason(column, "text, " + values(column) + ": hashed"));
    } else if (column.kind() == Kind.BOOLEAN) {
      return new ColumnChoice(
          feature(column, "numeric"), reason(column, "true or false, as 1 and 0"));
    } else if (column.whole() && column.shape().isSkewedCount() && column.distinct() > 2) {
      return new ColumnChoice(
          feature(column, "numeric, transform: log1p"),
          reason(
              column,
              kind(column)
                  + ", %s, most far below the largest, %s: log1p"
                      .formatted(values(column), number(column.shape().max()))));
    }
    return new ColumnChoice(feature(column, "numeric"), reason(column, plain(column)));
  }

  /** Another feature that a column is taken as, beside the first. */
  static Optional<ColumnChoice> beside(Column column) {
    if (isTime(column) || !column.isText()) {
      return Optional.empty();
    }
    String name = Yaml.scalar(column.avroName() + ".chars");
    return Optional.of(
        new ColumnChoice(
            feature(
                column,
                "text, as: %s, words: 0, chars: [1, 4], buckets: %d"
                    .formatted(name, BUCKETS_OF_CHARACTERS)),
            "its words in runs of characters: what is spelt alike tells alike"));
  }

  private static String plain(Column column) {
    return kind(column)
        + ", "
        + values(column)
        + (column.isRising() ? ", larger in every row" : "");
  }

  private static String feature(Column column, String type) {
    return "{name: " + Yaml.scalar(column.avroName()) + ", type: " + type + "}";
  }

  private static boolean isTime(Column column) {
    return column.dates() && column.shape().isoDates() || isEpoch(column);
  }

  private static boolean isEpoch(Column column) {
    CellShape shape = column.shape();
    return column.kind() == Kind.LONG
        && column.distinct() > SECONDS_DISTINCT_MIN
        && (shape.isSeconds() || shape.isMillis());
  }

  private static ColumnChoice time(Column column) {
    if (isEpoch(column)) {
      String unit = column.shape().isSeconds() ? "seconds" : "millis";
      return new ColumnChoice(
          feature(column, "time, unit: " + unit),
          reason(column, "whole numbers that are %s since 1970: time".formatted(unit)));
    }
    String parts = column.shape().timed() ? "" : ", parts: [weekday, yearday, elapsed]";
    return new ColumnChoice(
        feature(column, "time" + parts),
        reason(
            column,
            column.shape().timed() ? "dates with a time: time" : "dates without a time: time"));
  }

  /**
   * Texts of few different values; also whole numbers of few without a gap between them, if each
   * occurs often enough to be learned by itself: such numbers are mostly codes, as an hour, a month
   * or a kind is, and what they say need not rise or fall with them.
   */
  private static boolean isOneHot(Column column) {
    if (column.values().isEmpty()) {
      return false;
    } else if (column.shape().nominal()) {
      return column.values().size() <= ColumnTypes.VALUES_MAX;
    } else if (column.distinct() > ONE_HOT_MAX) {
      return false;
    }
    CellShape shape = column.shape();
    return column.kind() == Kind.STRING
        || column.kind() == Kind.LONG
            && column.distinct() >= CODES_MIN
            && shape.max() - shape.min() + 1 == column.distinct()
            && !shape.isSkewedCount()
            && column.rows() >= (long) ROWS_PER_CODE * column.distinct();
  }

  /** Names of categories that are two numbers, and so a yes and a no. */
  private static boolean isTwoNumbers(Column column) {
    return column.shape().nominal()
        && column.values().size() == 2
        && column.values().stream().allMatch(value -> value.matches("-?[0-9]{1,9}"));
  }

  /** A power of two, at least twice as many as there are, for those to come. */
  private static int texts(int distinct) {
    return Integer.highestOneBit(Math.max(1, 2 * distinct - 1)) * 2;
  }

  private static String oneHotReason(Column column) {
    if (column.shape().nominal()) {
      return ", stated by the file: one_hot";
    }
    return column.kind() == Kind.LONG ? " without a gap: one_hot" : ": one_hot";
  }

  /** A power of two, at least four times the different values, so that few share a bucket. */
  private static int buckets(int distinct) {
    int buckets = BUCKETS_MIN;
    while (buckets < 4L * distinct && buckets < BUCKETS_MAX) {
      buckets *= 2;
    }
    return buckets;
  }

  private static String kind(Column column) {
    return switch (column.kind()) {
      case LONG -> "whole numbers";
      case DOUBLE -> "numbers";
      case STRING -> "text";
      case BOOLEAN -> "true or false";
    };
  }

  private static String values(Column column) {
    return atLeast(column.distinct()) + " distinct values";
  }

  private static String atLeast(int count) {
    return (count >= ColumnTypes.DISTINCT_MAX ? "at least " : "") + count;
  }

  private static String number(double value) {
    return value == Math.rint(value) && Math.abs(value) < 1e15
        ? Long.toString((long) value)
        : Double.toString(value);
  }

  private static String reason(Column column, String what) {
    String missing = column.missing() == 0 ? "" : ", missing in " + column.missing() + " rows";
    String renamed =
        column.name().equals(column.avroName()) ? "" : "column '" + column.name() + "': ";
    return renamed + what + missing;
  }
}
