package dev.millrace.engine.feature;

import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/** What of a moment becomes a feature. Moments are milliseconds of UTC since 1970. */
public enum TimePart {
  /** The hour of the day, 0 to 23. */
  HOUR(24),
  /** The day of the week, 0 for Monday to 6. */
  WEEKDAY(7),
  /** The day of the year, 1 to 366. */
  YEARDAY(366),
  /** Days since the beginning of 1970, with their fraction; has no end, so it is a number only. */
  ELAPSED(0);

  private static final long DAY_MILLIS = 86_400_000;
  private static final double HOUR_MILLIS = 3_600_000;

  private final int values;

  TimePart(int values) {
    this.values = values;
  }

  /** Whether the part comes again and again. */
  public boolean isCyclic() {
    return values > 0;
  }

  /** The values of a cyclic part as the words of a one_hot, in their order. */
  public List<String> categories() {
    int first = this == YEARDAY ? 1 : 0;
    return IntStream.range(first, first + values).mapToObj(Integer::toString).toList();
  }

  /** The place of the moment among {@link #categories}. */
  public int category(long millis) {
    return (int) Math.floor(position(millis));
  }

  /** Days since 1970. */
  public static double days(long millis) {
    return Math.floorDiv(millis, DAY_MILLIS)
        + Math.floorMod(millis, DAY_MILLIS) / (double) DAY_MILLIS;
  }

  /**
   * Writes the sine and cosine of where in its cycle the moment lies, so that the last hour and the
   * first are neighbours.
   */
  public void cycle(long millis, float[] to, int at) {
    double angle = 2 * StrictMath.PI * position(millis) / values;
    to[at] = (float) StrictMath.sin(angle);
    to[at + 1] = (float) StrictMath.cos(angle);
  }

  private double position(long millis) {
    long day = Math.floorDiv(millis, DAY_MILLIS);
    double hour = Math.floorMod(millis, DAY_MILLIS) / HOUR_MILLIS;
    return switch (this) {
      case HOUR -> hour;
      case WEEKDAY -> Math.floorMod(day + 3, 7) + hour / 24; // 1970 began on a Thursday
      case YEARDAY -> dayOfYear(day) + hour / 24;
      case ELAPSED -> throw new IllegalArgumentException("elapsed time has no cycle");
    };
  }

  /** From 0, in the Gregorian calendar, for any day (Howard Hinnant's days_from_civil, turned). */
  private static int dayOfYear(long day) {
    long shifted = day + 719_468; // since 0000-03-01
    long era = Math.floorDiv(shifted, 146_097);
    long ofEra = Math.floorMod(shifted, 146_097);
    long yearOfEra = (ofEra - ofEra / 1_460 + ofEra / 36_524 - ofEra / 146_096) / 365;
    long sinceMarch = ofEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100);
    if (sinceMarch >= 306) { // January or February of the year after
      return (int) (sinceMarch - 306);
    }
    long year = yearOfEra + era * 400;
    boolean leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return (int) (sinceMarch + (leap ? 60 : 59));
  }

  /** The name in a pipeline file: {@code hour}. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
