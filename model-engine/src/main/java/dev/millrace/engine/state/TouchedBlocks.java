package dev.millrace.engine.state;

import java.util.Arrays;
import java.util.BitSet;

/**
 * Which blocks of a large array have been touched. Only these are kept: the others still hold what
 * the seed gave them, so that neither a commit nor a digest costs more than the rows in use.
 */
public final class TouchedBlocks {
  private final int elementBits; // of the elements of a block, which are a power of two
  private final long[] ever; // a bit a block
  private final long[] fresh; // of these, the ones that the two sets still lack
  private final BitSet unstored = new BitSet();
  private final BitSet undigested = new BitSet();

  /** No block of so many floats has been touched. */
  public TouchedBlocks(int length) {
    this(length, Float.BYTES);
  }

  /** No block of so many elements of such a size has been touched. */
  public TouchedBlocks(int length, int elementBytes) {
    elementBits = Integer.numberOfTrailingZeros(StateBlocks.BLOCK_BYTES / elementBytes);
    ever = new long[(length >>> elementBits) / Long.SIZE + 1];
    fresh = new long[ever.length];
  }

  /** Says that an element has changed. */
  public void touch(int element) {
    touchBlocks(element >>> elementBits, element >>> elementBits);
  }

  /** Says that some rows of so many elements have changed. */
  public void touch(int[] rows, int count, int columns) {
    if (ever.length == 1) {
      long blocks = 0;
      for (int i = 0; i < count; i++) {
        blocks |= 1L << (rows[i] * columns >>> elementBits);
        blocks |= 1L << (rows[i] * columns + columns - 1 >>> elementBits);
      }
      if (columns <= 1 << elementBits) { // else there may be blocks between
        fresh[0] |= blocks;
        ever[0] |= blocks;
        return;
      }
    }
    for (int i = 0; i < count; i++) {
      int first = rows[i] * columns >>> elementBits;
      int last = rows[i] * columns + columns - 1 >>> elementBits;
      if (!isIn(fresh, first)) {
        touchBlocks(first, first);
      }
      if (last > first) {
        touchBlocks(first + 1, last);
      }
    }
  }

  private void touchBlocks(int first, int last) {
    for (int block = first; block <= last; block++) {
      fresh[block >>> 6] |= 1L << block;
      ever[block >>> 6] |= 1L << block;
    }
  }

  private static boolean isIn(long[] set, int block) {
    return (set[block >>> 6] & 1L << block) != 0;
  }

  private void settle() {
    BitSet blocks = BitSet.valueOf(fresh);
    unstored.or(blocks);
    undigested.or(blocks);
    Arrays.fill(fresh, 0);
  }

  /** Says that every block that has been touched has changed once more. */
  public void touchAgain() {
    for (int i = 0; i < ever.length; i++) {
      fresh[i] |= ever[i];
    }
  }

  /** Says that no block has been touched. */
  public void forget() {
    Arrays.fill(ever, 0);
    Arrays.fill(fresh, 0);
    unstored.clear();
    undigested.clear();
  }

  /** Which blocks are kept, as an array that must survive and be read before the other itself. */
  public StateArray state(String name) {
    return StateArray.of(name, ever);
  }

  boolean isTouched(int block) {
    return isIn(ever, block);
  }

  boolean isUnstored(int block) {
    return unstored.get(block) || isIn(fresh, block);
  }

  boolean isUndigested(int block) {
    return undigested.get(block) || isIn(fresh, block);
  }

  void stored() {
    settle();
    unstored.clear();
  }

  void digested() {
    settle();
    undigested.clear();
  }

  /** After {@link #state} was read: every block is stored, and none digested. */
  void restored() {
    Arrays.fill(fresh, 0);
    unstored.clear();
    undigested.or(BitSet.valueOf(ever));
  }
}
