package dev.millrace.engine.feature;

import dev.millrace.engine.state.StateArray;
import dev.millrace.engine.state.TouchedBlocks;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The rows of texts that are learned as they come: the first text has row 0, the next new one row
 * 1, until a stated number is known. A text is known by its {@link #key}.
 *
 * <pre>
 *   keys[row]    the key of each known text, then {@value #FREE}       8 bytes a row
 *   index[slot]  row + 1, 0 where free, by open addressing      8 to 16 bytes a row
 * </pre>
 *
 * <p>Keys in the order of rows are what is kept: they are only ever appended, so that of any number
 * of them a commit writes the last block. The index follows from them.
 */
public final class GrowingVocabulary {
  /** The most texts that may be known. */
  public static final int TEXTS_MAX = 1 << 28;

  /** What is said of a text that has no row. */
  static final int UNKNOWN = -1;

  private static final long FREE = 0;

  private final long[] keys;
  private final TouchedBlocks touched;
  private final int[] index;
  private int known;

  /** Knows nothing, and at most so many texts later. */
  public GrowingVocabulary(int texts) {
    keys = new long[texts];
    touched = new TouchedBlocks(texts, Long.BYTES);
    index = new int[Integer.highestOneBit(Math.max(2, texts * 2 - 1)) * 2];
  }

  /**
   * What a text is known by: the hash of its UTF-8 bytes, which differs from {@link
   * EventRow#MISSING}. Among n texts two share a key with probability n² / 2^65, and then share a
   * row; of one length up to eight bytes no two do, but for the two reserved keys.
   */
  public static long key(byte[] bytes, int offset, int length) {
    long hash = Utf8Hash.hash(bytes, offset, length);
    return hash == FREE || hash == EventRow.MISSING ? 1 : hash;
  }

  /** The row of the text with this key, or {@link #UNKNOWN}. */
  int row(long key) {
    return index[slot(key)] - 1;
  }

  /** As {@link #row}, but a new text gets the next row, if one is left. */
  int learn(long key) {
    int slot = slot(key);
    if (index[slot] == 0 && known < keys.length) {
      touched.touch(known);
      keys[known] = key;
      index[slot] = ++known;
    }
    return index[slot] - 1;
  }

  /** Where the key stands in the index, or the free slot where it would. */
  private int slot(long key) {
    int mask = index.length - 1;
    int slot = (int) key & mask;
    while (index[slot] != 0 && keys[index[slot] - 1] != key) {
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  /** How many texts have a row. */
  int known() {
    return known;
  }

  /** What must survive; {@link #forget} comes before it is read and {@link #restored} after. */
  List<StateArray> state(String name) {
    return List.of(
        touched.state(name + ".touched"), StateArray.of(name, keys, Optional.of(touched)));
  }

  void forget() {
    Arrays.fill(keys, 0, known, FREE);
    Arrays.fill(index, 0);
    touched.forget();
    known = 0;
  }

  void restored() {
    while (known < keys.length && keys[known] != FREE) {
      index[slot(keys[known])] = ++known;
    }
  }
}
