package dev.millrace.engine.state;

import java.util.Arrays;
import java.util.BitSet;

/**
 * Which blocks of a large array have been touched. Only these are kept: the others still hold what
 * the seed gave them, so that neither a commit nor a digest costs more than the rows in use.
 */
public final class TouchedBlocks {
  private final int blockElements;
  private final long[] ever; // a bit a block
  private final BitSet unstored = new BitSet();
  private final BitSet undigested = new BitSet();

  /** No block of so many floats has been touched. */
  public TouchedBlocks(int length) {
    this(length, Float.BYTES);
  }

  /** No block of so many elements of such a size has been touched. */
  public TouchedBlocks(int length, int elementBytes) {
    blockElements = StateBlocks.BLOCK_BYTES / elementBytes;
    ever = new long[(length / blockElements + Long.SIZE) / Long.SIZE];
  }

  /** Says that some elements have changed. */
  public void touch(int element, int count) {
    int last = (element + count - 1) / blockElements;
    for (int block = element / blockElements; block <= last; block++) {
      ever[block / Long.SIZE] |= 1L << block;
      unstored.set(block);
      undigested.set(block);
    }
  }

  /** Says that no block has been touched. */
  public void forget() {
    Arrays.fill(ever, 0);
    unstored.clear();
    undigested.clear();
  }

  /** Which blocks are kept, as an array that must survive and be read before the other itself. */
  public StateArray state(String name) {
    return StateArray.of(name, ever);
  }

  boolean isTouched(int block) {
    return (ever[block / Long.SIZE] & 1L << block) != 0;
  }

  boolean isUnstored(int block) {
    return unstored.get(block);
  }

  boolean isUndigested(int block) {
    return undigested.get(block);
  }

  void stored() {
    unstored.clear();
  }

  void digested() {
    undigested.clear();
  }

  /** After {@link #state} was read: every block is stored, and none digested. */
  void restored() {
    unstored.clear();
    undigested.or(BitSet.valueOf(ever));
  }
}
