package dev.millrace.engine.feature;

import java.util.Locale;

/** How a field becomes numbers. */
public enum FeatureKind {
  /** One number; standardised online unless the feature says otherwise. */
  NUMERIC,
  /**
   * A text with a stated vocabulary: one slot a category, one for unknown ones, one for missing.
   */
  ONE_HOT,
  /** A text with any vocabulary: a stated number of slots, chosen by a hash of its UTF-8 bytes. */
  HASHED,
  /**
   * A text with a vocabulary that grows: one slot for each of the first texts that are learned, up
   * to a stated number, one for unknown ones, one for missing.
   */
  GROWING,
  /** An array of numbers of stated length. */
  VECTOR,
  /** Any number of tokens of a text, hashed into a stated number of slots. */
  TEXT,
  /** Any number of items of an array or entries of a map, hashed into a stated number of slots. */
  BAG,
  /** A number by the range it lies in: one slot a range, one for missing. */
  DISCRETIZED,
  /** The categories of several features together, hashed into a stated number of slots. */
  CROSS;

  /** Whether it has categories, any of which may be active, and not numbers. */
  public boolean isCategory() {
    return this != NUMERIC && this != VECTOR;
  }

  /** Whether it has any number of entries, each with a weight. */
  public boolean isBag() {
    return this == TEXT || this == BAG;
  }

  /** The name in a pipeline file: {@code one_hot}. */
  public String yamlName() {
    return name().toLowerCase(Locale.ROOT);
  }

  @Override
  public String toString() {
    return yamlName();
  }
}
