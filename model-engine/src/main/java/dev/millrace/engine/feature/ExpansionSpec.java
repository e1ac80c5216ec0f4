package dev.millrace.engine.feature;

/**
 * Categories that are made of the features beside their own, so that a linear model can bend and
 * see pairs: a basis of functions for each number, and crosses of two features.
 *
 * @param knots hat functions of a number's basis, over equal shares of a normal distribution
 * @param values the first different values of a number that have a category each
 * @param numbers the most numbers that have a basis, the first ones
 * @param pairs the most pairs that are crossed, chosen by the seed if there are more
 * @param buckets of the crosses, a power of two
 */
public record ExpansionSpec(int knots, int values, int numbers, int pairs, int buckets, long seed) {
  /** A number is known by its value in pairs while it has had at most so many different ones. */
  public static final int EXACT_MAX = 32;

  public ExpansionSpec {
    if (knots < 2 || values < 0 || numbers < 0 || pairs < 0) {
      throw new IllegalArgumentException(
          "an expansion has at least 2 knots and nothing below 0, knots=%d, values=%d, numbers=%d, pairs=%d"
              .formatted(knots, values, numbers, pairs));
    }
    if (buckets < 2 || Integer.bitCount(buckets) != 1) {
      throw new IllegalArgumentException("buckets must be a power of two, buckets=" + buckets);
    }
  }

  /** Categories of one number's basis: its hats, its values, and one for missing. */
  int basisSize() {
    return knots + values + 1;
  }
}
