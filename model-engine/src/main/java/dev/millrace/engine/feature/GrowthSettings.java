package dev.millrace.engine.feature;

/**
 * When a growing vocabulary takes a text, and when it forgets one. Events are those that it learns
 * from: with a known label and a text.
 *
 * @param minCount with which of its events a text gets a row
 * @param expireAfter after how many events without it a text loses its row; 0 for never
 */
public record GrowthSettings(int minCount, long expireAfter) {
  /** The most events that a text may have to wait for its row. */
  public static final int MIN_COUNT_MAX = 1_000_000;

  /** A row with its first event, for good. */
  public static final GrowthSettings NONE = new GrowthSettings(1, 0);

  public GrowthSettings {
    if (minCount < 1 || minCount > MIN_COUNT_MAX || expireAfter < 0) {
      throw new IllegalArgumentException(
          "min_count must be 1 to %,d and expire_after at least 0, min_count=%,d, expire_after=%,d"
              .formatted(MIN_COUNT_MAX, minCount, expireAfter));
    }
  }
}
