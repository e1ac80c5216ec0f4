package dev.millrace.benchmarks;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.Arrays;

/**
 * How the same figure came out over rounds.
 *
 * @param p5 the fifth percentile; null where there are too few rounds to have one
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Spread(double median, double min, double max, Double p5) {
  /** The spread of a few rounds. */
  public static Spread of(double[] values) {
    double[] sorted = sorted(values);
    return new Spread(median(sorted), sorted[0], sorted[sorted.length - 1], null);
  }

  /** The spread of many rounds, with the fifth percentile. */
  public static Spread ofMany(double[] values) {
    double[] sorted = sorted(values);
    double p5 = sorted[sorted.length / 20];
    return new Spread(median(sorted), sorted[0], sorted[sorted.length - 1], p5);
  }

  /** The same in another unit. */
  public Spread times(double factor) {
    return new Spread(median * factor, min * factor, max * factor, p5 == null ? null : p5 * factor);
  }

  private static double[] sorted(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted;
  }

  private static double median(double[] sorted) {
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }
}
