package dev.millrace.engine.feature;

import dev.millrace.engine.state.StateArray;
import dev.millrace.engine.state.TouchedBlocks;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.IntConsumer;

/**
 * The rows of texts that are learned as they come: the first text has row 0, the next new one row
 * 1, until a stated number is known. A text is known by its {@link #key}. By its {@link
 * GrowthSettings} a text may have to come several times before it has a row, and may lose it again;
 * a new text then has the first row that is free.
 *
 * <pre>
 *   keys[row]    the key of each known text, {@value #FREE} of a free row    8 bytes a row
 *   index[slot]  row + 1, 0 where free, by open addressing              8 to 16 bytes a row
 * </pre>
 *
 * <p>Keys in the order of rows are what is kept: where none is forgotten they are only ever
 * appended, so that of any number of them a commit writes the last block. The index follows from
 * them.
 */
public final class GrowingVocabulary {
  /** The most texts that may be known. */
  public static final int TEXTS_MAX = 1 << 28;

  /** Stands for the key of a row that no text has. */
  public static final long FREE = 0;

  /** What is said of a text that has no row. */
  static final int UNKNOWN = -1;

  private final long[] keys;
  private final TouchedBlocks touched;
  private final int[] index;
  private final int minCount;
  private final Newcomers newcomers; // null if every text gets a row at once
  private final LastEvents lastEvents; // null if none is forgotten
  private int known;
  private int firstFree; // no row before it is free

  /** Knows nothing, and at most so many texts later, for good. */
  public GrowingVocabulary(int texts) {
    this(texts, GrowthSettings.NONE);
  }

  /** Knows nothing, and at most so many texts at a time later. */
  public GrowingVocabulary(int texts, GrowthSettings settings) {
    keys = new long[texts];
    touched = new TouchedBlocks(texts, Long.BYTES);
    index = new int[Integer.highestOneBit(Math.max(2, texts * 2 - 1)) * 2];
    minCount = settings.minCount();
    newcomers = minCount == 1 ? null : new Newcomers(texts);
    lastEvents = settings.expireAfter() == 0 ? null : new LastEvents(texts, settings.expireAfter());
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

  /** As {@link #row}, but a new text gets a row, if it has come often enough and one is left. */
  int learn(long key) {
    int slot = slot(key);
    if (index[slot] == 0 && isTaken(key)) {
      while (keys[firstFree] != FREE) {
        firstFree++;
      }
      touched.touch(firstFree);
      keys[firstFree] = key;
      index[slot] = ++firstFree;
      known++;
    }
    int row = index[slot] - 1;
    if (lastEvents != null) {
      lastEvents.add(row);
    }
    return row;
  }

  private boolean isTaken(long key) {
    boolean isOften = newcomers == null || newcomers.add(key) >= minCount;
    if (!isOften || known == keys.length) {
      return false;
    }
    if (newcomers != null) {
      newcomers.remove(key);
    }
    return true;
  }

  /** Forgets texts that have not come for long, and shows the rows that are free now. */
  void expire(IntConsumer freed) {
    if (lastEvents != null) {
      lastEvents.sweep(
          row -> {
            if (keys[row] != FREE) {
              free(row);
              freed.accept(row);
            }
          });
    }
  }

  private void free(int row) {
    removeFromIndex(slot(keys[row]));
    touched.touch(row);
    keys[row] = FREE;
    known--;
    firstFree = Math.min(firstFree, row);
  }

  /** Moves those back that found the slot taken (Knuth, volume 3, 6.4, algorithm R). */
  private void removeFromIndex(int slot) {
    int mask = index.length - 1;
    int free = slot;
    for (int at = slot + 1 & mask; index[at] != 0; at = at + 1 & mask) {
      int wanted = (int) keys[index[at] - 1] & mask;
      if ((at - wanted & mask) >= (at - free & mask)) {
        index[free] = index[at];
        free = at;
      }
    }
    index[free] = 0;
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
    List<StateArray> state = new ArrayList<>();
    state.add(touched.state(name + ".touched"));
    state.add(StateArray.of(name, keys, Optional.of(touched)));
    if (newcomers != null) {
      state.addAll(newcomers.state(name + ".newcomers"));
    }
    if (lastEvents != null) {
      state.addAll(lastEvents.state(name + ".last"));
    }
    return state;
  }

  void forget() {
    Arrays.fill(keys, 0, end(), FREE);
    Arrays.fill(index, 0);
    touched.forget();
    known = 0;
    firstFree = 0;
    if (newcomers != null) {
      newcomers.forget();
    }
    if (lastEvents != null) {
      lastEvents.forget();
    }
  }

  /** Behind the last row with a text. */
  private int end() {
    return lastEvents == null ? known : keys.length;
  }

  void restored() {
    for (int row = 0; row < keys.length && (keys[row] != FREE || lastEvents != null); row++) {
      if (keys[row] != FREE) {
        index[slot(keys[row])] = row + 1;
        known++;
      }
    }
  }
}
