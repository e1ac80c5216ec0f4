package dev.millrace.engine.feature;

import java.util.Locale;

/** What a number that stands for a moment counts, since the beginning of 1970. */
public enum TimeUnit {
  DAYS(86_400_000, 1),
  SECONDS(1_000, 1),
  MILLIS(1, 1),
  MICROS(1, 1_000),
  NANOS(1, 1_000_000);

  private final long times;
  private final long over;

  TimeUnit(long times, long over) {
    this.times = times;
    this.over = over;
  }

  /** The number in milliseconds; what no long can hold is the nearest that it can. */
  public long millis(long number) {
    if (times > 1 && Math.abs((double) number) > Long.MAX_VALUE / times) {
      return number < 0 ? Long.MIN_VALUE : Long.MAX_VALUE;
    }
    return Math.floorDiv(number * times, over);
  }

  /** The name in a pipeline file: {@code millis}. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
