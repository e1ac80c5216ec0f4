package dev.millrace.engine.feature;

import java.util.Arrays;
import java.util.stream.Stream;

/**
 * One event as a decoder leaves it: raw values by the slots of a {@link FeatureSpace}, and the
 * label. Reused from event to event; {@link #clear} makes everything missing.
 *
 * <p>The featurizer completes it before it reads it: a lag gets the value of an event before, a
 * number that is to be taken as a logarithm becomes one.
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

  /** Numbers that are taken by the range they lie in, by slot; NaN is missing. */
  public final double[] ranged;

  /** Tokens of texts, items of arrays and entries of maps, by slot. */
  public final Bag[] bags;

  /** Values that could not be read as what the feature takes, and are missing for that. */
  public int unreadable;

  /** Texts, arrays and maps of which only the first {@value Bag#ENTRIES_MAX} entries were taken. */
  public int cut;

  /** Whether the event carries a label. */
  public boolean labelled;

  /** The class index or the value to predict; meaningful only if {@link #labelled}. */
  public double label;

  /** How much the event counts in learning, at least 0; meaningful only if {@link #labelled}. */
  public double weight;

  EventRow(int numbers, int categories, int vectorValues, int ranged, int bags) {
    this.numbers = new double[numbers];
    this.categories = new long[categories];
    this.vectors = new float[vectorValues];
    this.ranged = new double[ranged];
    this.bags = Stream.generate(Bag::new).limit(bags).toArray(Bag[]::new);
    clear();
  }

  /** Makes every value missing, the event unlabelled and its weight 1. */
  public void clear() {
    Arrays.fill(numbers, Double.NaN);
    Arrays.fill(categories, MISSING);
    Arrays.fill(vectors, Float.NaN);
    Arrays.fill(ranged, Double.NaN);
    for (Bag bag : bags) {
      bag.clear();
    }
    unreadable = 0;
    cut = 0;
    labelled = false;
    label = 0;
    weight = 1;
  }
}
