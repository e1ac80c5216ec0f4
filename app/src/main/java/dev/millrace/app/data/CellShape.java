package dev.millrace.app.data;

/**
 * What the cells of a column look like beyond their kind.
 *
 * @param min the least number, NaN if there is none
 * @param max the greatest number
 * @param skewness the third standardised moment of the numbers, 0 if they do not differ
 * @param counting whether these are 0, 1, 2, … or 1, 2, 3, … in the order of the rows
 * @param words how many words a text has on average
 * @param differentWords how many different words there are, counted up to {@link
 *     ColumnTypes#DISTINCT_MAX}
 * @param isoDates whether all texts are moments in the form of ISO 8601
 * @param timed whether one of these has a time of day other than midnight
 * @param nominal whether the file itself says that these are names of categories
 */
public record CellShape(
    double min,
    double max,
    double skewness,
    boolean counting,
    double words,
    int differentWords,
    boolean isoDates,
    boolean timed,
    boolean nominal) {
  private static final double SKEWED = 2;
  private static final double SKEWED_MAX = 10;

  /** Between these lie the seconds since 1970 of the years 1990 to 2040. */
  private static final double SECONDS_MIN = 631_152_000;

  private static final double SECONDS_MAX = 2_208_988_800.0;

  /** Whether these are not negative, and a few of them much larger than most. */
  public boolean isSkewedCount() {
    return min >= 0 && max >= SKEWED_MAX && skewness >= SKEWED;
  }

  /** Whether whole numbers like these are seconds since 1970, of our time. */
  public boolean isSeconds() {
    return min >= SECONDS_MIN && max < SECONDS_MAX;
  }

  /** Whether whole numbers like these are milliseconds since 1970, of our time. */
  public boolean isMillis() {
    return min >= 1e3 * SECONDS_MIN && max < 1e3 * SECONDS_MAX;
  }
}
