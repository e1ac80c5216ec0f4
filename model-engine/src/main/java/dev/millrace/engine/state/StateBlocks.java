package dev.millrace.engine.state;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * A fixed list of {@link StateArray}s cut into blocks of at most {@value #BLOCK_BYTES} bytes, keyed
 * {@code <array>/<i>}, with a digest that is brought up to date only where blocks changed. Of an
 * array with {@link TouchedBlocks} only these are kept.
 */
public final class StateBlocks {
  /** Bytes of a full block: large enough to be cheap, well under what a Kafka record may hold. */
  public static final int BLOCK_BYTES = 128 << 10;

  private record Block(String key, StateArray array, int number, int from, int count) {
    byte[] bytes() {
      return array.toBytes(from, count);
    }

    boolean isKept() {
      return array.touched().isEmpty() || array.touched().get().isTouched(number);
    }

    boolean isDue() {
      return array.touched().isEmpty() || array.touched().get().isUnstored(number);
    }

    boolean isToDigest() {
      return array.touched().isEmpty() || array.touched().get().isUndigested(number);
    }
  }

  private final List<Block> blocks = new ArrayList<>();
  private final List<byte[]> digests = new ArrayList<>();
  private final Set<TouchedBlocks> touched = new LinkedHashSet<>();
  private boolean stored; // every block is in the store as it is now
  private boolean digested; // every digest is of the block as it is now

  /** An array whose blocks say which of another are kept stands before it. */
  public StateBlocks(List<StateArray> arrays) {
    for (StateArray array : arrays) {
      int elements = BLOCK_BYTES / array.elementBytes();
      for (int from = 0, i = 0; from < array.length(); from += elements, i++) {
        int count = Math.min(elements, array.length() - from);
        blocks.add(new Block(array.name() + "/" + i, array, i, from, count));
        digests.add(null);
      }
      array.touched().ifPresent(touched::add);
    }
  }

  /** Bytes of all blocks that are kept. */
  public long bytes() {
    long bytes = 0;
    for (Block block : blocks) {
      bytes += block.isKept() ? (long) block.count() * block.array().elementBytes() : 0;
    }
    return bytes;
  }

  /** Says that any of the arrays may have changed. */
  public void touch() {
    stored = false;
    digested = false;
  }

  /** Writes what changed since the last call. */
  public void writeChanged(BlockWriter writer) {
    if (stored) {
      return;
    }
    for (int i = 0; i < blocks.size(); i++) {
      Block block = blocks.get(i);
      boolean toDigest = !digested && block.isToDigest();
      if (!block.isDue() && !toDigest) {
        continue;
      }
      byte[] bytes = block.bytes();
      if (toDigest) {
        digests.set(i, Digest.sha256(bytes));
      }
      if (block.isDue()) {
        writer.put(block.key(), bytes);
      }
    }
    stored = true;
    touched.forEach(TouchedBlocks::stored);
    setDigested();
  }

  private void setDigested() {
    digested = true;
    touched.forEach(TouchedBlocks::digested);
  }

  /** The keys of all blocks there can be, whether they are kept or not. */
  public List<String> keys() {
    return blocks.stream().map(Block::key).toList();
  }

  /** Writes every block that is kept. */
  public void writeAll(BlockWriter writer) {
    for (Block block : blocks) {
      if (block.isKept()) {
        writer.put(block.key(), block.bytes());
      }
    }
  }

  /**
   * Sets the arrays to the blocks read.
   *
   * @throws StateException if a block is missing or of another size
   */
  public void read(BlockReader reader) {
    for (Block block : blocks) {
      if (!block.isKept()) {
        continue;
      }
      byte[] bytes = reader.get(block.key());
      if (bytes == null) {
        throw new StateException("block is missing, key=" + block.key());
      }
      block.array().fromBytes(bytes, block.from(), block.count());
    }
    stored = true;
    digested = false;
    touched.forEach(TouchedBlocks::restored);
  }

  /** SHA-256 over the keys and the digests of all blocks that are kept, in their order. */
  public byte[] digest() {
    for (int i = 0; i < blocks.size() && !digested; i++) {
      if (blocks.get(i).isToDigest()) {
        digests.set(i, Digest.sha256(blocks.get(i).bytes()));
      }
    }
    setDigested();
    Digest all = new Digest();
    for (int i = 0; i < blocks.size(); i++) {
      if (blocks.get(i).isKept()) {
        all.update(blocks.get(i).key()).update(digests.get(i));
      }
    }
    return all.value();
  }
}
