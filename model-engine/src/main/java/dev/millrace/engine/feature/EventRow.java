package dev.millrace.engine.feature;

import java.util.Arrays;

/**
 * One event as a decoder leaves it: raw values by the slots of a {@link FeatureSpace}, and the
 * label. Reused from event to event; {@link #clear} makes everything missing.
 */
public final class EventRow {
  /** A category slot that no value was read for. */
  public static final int MISSING = -1;

  /** Numbers by slot; NaN is missing. */
  public final double[] numbers;

  /**
   * By slot, the index of the category within its feature or, of a growing feature, the {@linkplain
   * GrowingVocabulary#key key} of its text; {@link #MISSING} is missing.
   */
  public final long[] categories;

  /** Vectors one after another; NaN in its first place says that a vector is missing. */
  public final float[] vectors;

  /** Whether the event carries a label. */
  public boolean labelled;

  /** The class index or the value to predict; meaningful only if {@link #labelled}. */
  public double label;

  /** How much the event counts in learning, at least 0; meaningful only if {@link #labelled}. */
  public double weight;

  EventRow(int numbers, int categories, int vectorValues) {
    this.numbers = new double[numbers];
    this.categories = new long[categories];
    this.vectors = new float[vectorValues];
    clear();
  }

  /** Makes every value missing, the event unlabelled and its weight 1. */
  public void clear() {
    Arrays.fill(numbers, Double.NaN);
    Arrays.fill(categories, MISSING);
    Arrays.fill(vectors, Float.NaN);
    labelled = false;
    label = 0;
    weight = 1;
  }
}
