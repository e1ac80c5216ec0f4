package dev.millrace.engine.feature;

import java.util.List;

/**
 * One input field and how it becomes numbers; nothing left open.
 *
 * @param categories the vocabulary of a {@link FeatureKind#ONE_HOT}, else empty
 * @param size the number of slots of a {@link FeatureKind#HASHED} (its buckets) or of a {@link
 *     FeatureKind#VECTOR} (its length); 1 for a number; the vocabulary and two for one-hot, the
 *     most texts and two for a {@link FeatureKind#GROWING}
 * @param normalize whether numbers are standardised by their running mean and variance
 */
public record FeatureSpec(
    String name, FeatureKind kind, List<String> categories, int size, boolean normalize) {
  private static final int UNKNOWN_AND_MISSING = 2;

  public FeatureSpec {
    categories = List.copyOf(categories);
    int sizeMin =
        switch (kind) {
          case HASHED -> 2;
          case GROWING -> 3;
          case NUMERIC, ONE_HOT, VECTOR -> 1;
        };
    if (size < sizeMin) {
      throw new IllegalArgumentException(
          "size must be at least %d, feature=%s, size=%d".formatted(sizeMin, name, size));
    }
    int texts = size - UNKNOWN_AND_MISSING;
    if (kind == FeatureKind.GROWING && texts > GrowingVocabulary.TEXTS_MAX) {
      throw new IllegalArgumentException(
          "a growing vocabulary has at most %,d texts, feature=%s, texts=%,d"
              .formatted(GrowingVocabulary.TEXTS_MAX, name, texts));
    }
    if (kind == FeatureKind.ONE_HOT
        && (categories.isEmpty() || size != categories.size() + UNKNOWN_AND_MISSING)) {
      throw new IllegalArgumentException(
          "a one_hot needs its categories and two columns more, feature=%s, categories=%d, size=%d"
              .formatted(name, categories.size(), size));
    }
  }

  /** The most texts that a {@link FeatureKind#GROWING} may know. */
  public int texts() {
    return size - UNKNOWN_AND_MISSING;
  }

  public static FeatureSpec numeric(String name) {
    return new FeatureSpec(name, FeatureKind.NUMERIC, List.of(), 1, true);
  }

  public static FeatureSpec oneHot(String name, List<String> categories) {
    return new FeatureSpec(
        name, FeatureKind.ONE_HOT, categories, categories.size() + UNKNOWN_AND_MISSING, false);
  }

  public static FeatureSpec hashed(String name, int buckets) {
    return new FeatureSpec(name, FeatureKind.HASHED, List.of(), buckets, false);
  }

  /** A text of which the first so many that are learned have a category of their own. */
  public static FeatureSpec growing(String name, int texts) {
    return new FeatureSpec(
        name, FeatureKind.GROWING, List.of(), Math.addExact(texts, UNKNOWN_AND_MISSING), false);
  }

  public static FeatureSpec vector(String name, int length, boolean normalize) {
    return new FeatureSpec(name, FeatureKind.VECTOR, List.of(), length, normalize);
  }
}
