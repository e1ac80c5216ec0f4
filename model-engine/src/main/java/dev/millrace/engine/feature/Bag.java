package dev.millrace.engine.feature;

import java.util.Arrays;

/** The entries of one text, array or map: slots with weights, in the order in which they came. */
public final class Bag {
  /** The most entries that are taken of one value; a stored row must stay small. */
  public static final int ENTRIES_MAX = 8_192;

  /** The slot that says that there is no value. */
  static final int MISSING_SLOT = 0;

  private boolean missing = true;
  private int count;
  private int[] slots = new int[16];
  private float[] weights = new float[16];

  Bag() {}

  /** There is no value. */
  void clear() {
    missing = true;
    count = 0;
  }

  /** There is a value, which has no entries yet. */
  public void begin() {
    missing = false;
    count = 0;
  }

  /**
   * Adds the entry of a hash.
   *
   * @param size the slots of the feature, of which one is for missing
   * @return false if the bag is full and the entry left out
   */
  public boolean add(long hash, int size, float weight) {
    if (count == ENTRIES_MAX) {
      return false;
    }
    if (count == slots.length) {
      slots = Arrays.copyOf(slots, 2 * count);
      weights = Arrays.copyOf(weights, 2 * count);
    }
    slots[count] = 1 + (int) Long.remainderUnsigned(hash, size - 1);
    weights[count++] = weight;
    return true;
  }

  /** Whether there is no value. */
  public boolean isMissing() {
    return missing;
  }

  /** The number of entries. */
  public int count() {
    return count;
  }

  /** The slot of an entry, 1 or more. */
  public int slot(int entry) {
    return slots[entry];
  }

  /** The weight of an entry. */
  public float weight(int entry) {
    return weights[entry];
  }
}
