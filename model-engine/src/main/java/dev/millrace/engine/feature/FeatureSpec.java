package dev.millrace.engine.feature;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;

/**
 * One input field and how it becomes numbers; nothing left open.
 *
 * @param categories the vocabulary of a {@link FeatureKind#ONE_HOT}, else empty
 * @param size the number of slots of a {@link FeatureKind#HASHED} (its buckets) or of a {@link
 *     FeatureKind#VECTOR} (its length); 1 for a number; the vocabulary and two for one-hot, the
 *     most texts and two for a {@link FeatureKind#GROWING}; the ranges and one for a {@link
 *     FeatureKind#DISCRETIZED}
 * @param normalize whether numbers are standardised by their running mean and variance
 * @param more what there is to say beside; null for nothing
 */
public record FeatureSpec(
    String name,
    FeatureKind kind,
    List<String> categories,
    int size,
    boolean normalize,
    @JsonInclude(JsonInclude.Include.NON_NULL) FeatureSettings more) {
  private static final int UNKNOWN_AND_MISSING = 2;

  @JsonCreator
  public FeatureSpec {
    categories = List.copyOf(categories);
    more = FeatureSettings.NONE.equals(more) ? null : more;
    requireSize(name, kind, size);
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
    if (kind.isBag() && (more == null || more.tokens() == null)) {
      throw new IllegalArgumentException(
          "a %s needs to say what its tokens are, feature=%s".formatted(kind, name));
    }
  }

  private static void requireSize(String name, FeatureKind kind, int size) {
    int sizeMin =
        switch (kind) {
          case HASHED, TEXT, BAG, CROSS -> 2;
          case GROWING, DISCRETIZED -> 3;
          case NUMERIC, ONE_HOT, VECTOR -> 1;
        };
    if (size < sizeMin) {
      throw new IllegalArgumentException(
          "size must be at least %d, feature=%s, size=%d".formatted(sizeMin, name, size));
    }
  }

  /** A feature of which there is no more to say. */
  public FeatureSpec(
      String name, FeatureKind kind, List<String> categories, int size, boolean normalize) {
    this(name, kind, categories, size, normalize, null);
  }

  /** What there is to say beside the kind. */
  public FeatureSettings settings() {
    return more == null ? FeatureSettings.NONE : more;
  }

  /** The dotted path of the field that it is read from. */
  public String path() {
    return settings().field() == null ? name : settings().field();
  }

  /** The same feature with these settings. */
  public FeatureSpec with(FeatureSettings settings) {
    return new FeatureSpec(name, kind, categories, size, normalize, settings);
  }

  /** The same feature with another number of slots. */
  public FeatureSpec withSize(int slots) {
    return new FeatureSpec(name, kind, categories, slots, normalize, more);
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

  /** The same, taken and forgotten as it says. */
  public static FeatureSpec growing(String name, int texts, GrowthSettings growth) {
    FeatureSpec feature = growing(name, texts);
    return feature.with(feature.settings().withGrowth(growth));
  }

  public static FeatureSpec vector(String name, int length, boolean normalize) {
    return new FeatureSpec(name, FeatureKind.VECTOR, List.of(), length, normalize);
  }

  /** A text of any number of tokens. */
  public static FeatureSpec text(String name, int buckets, TokenSettings tokens) {
    return new FeatureSpec(
        name, FeatureKind.TEXT, List.of(), buckets, false, FeatureSettings.NONE.withTokens(tokens));
  }

  /** An array or a map of any number of items. */
  public static FeatureSpec bag(String name, int buckets, TokenSettings tokens) {
    return new FeatureSpec(
        name, FeatureKind.BAG, List.of(), buckets, false, FeatureSettings.NONE.withTokens(tokens));
  }

  /**
   * A number by the range it lies in.
   *
   * @param bounds empty: the ten ranges that as many values of a normal distribution with the
   *     running mean and deviation lie in
   */
  public static FeatureSpec discretized(String name, List<Double> bounds) {
    int ranges = bounds.isEmpty() ? Deciles.COUNT : bounds.size() + 1;
    return new FeatureSpec(
        name,
        FeatureKind.DISCRETIZED,
        List.of(),
        ranges + 1,
        bounds.isEmpty(),
        FeatureSettings.NONE.withBounds(bounds));
  }

  /** The categories of several features together. */
  public static FeatureSpec cross(String name, List<String> features, int buckets) {
    return new FeatureSpec(
        name,
        FeatureKind.CROSS,
        List.of(),
        buckets,
        false,
        FeatureSettings.NONE.withCross(features));
  }
}
