package dev.millrace.engine.state;

import java.util.ArrayList;
import java.util.List;

/**
 * A fixed list of {@link StateArray}s cut into blocks of at most {@value #BLOCK_BYTES} bytes, keyed
 * {@code <array>/<i>}, with a digest that is brought up to date only where blocks changed.
 */
public final class StateBlocks {
  /** Bytes of a full block: large enough to be cheap, well under what a Kafka record may hold. */
  public static final int BLOCK_BYTES = 128 << 10;

  private record Block(String key, StateArray array, int from, int count) {
    byte[] bytes() {
      return array.toBytes(from, count);
    }
  }

  private final List<Block> blocks = new ArrayList<>();
  private final List<byte[]> digests = new ArrayList<>();
  private boolean stored; // every block is in the store as it is now
  private boolean digested; // every digest is of the block as it is now

  public StateBlocks(List<StateArray> arrays) {
    for (StateArray array : arrays) {
      int elements = BLOCK_BYTES / array.elementBytes();
      for (int from = 0, i = 0; from < array.length(); from += elements, i++) {
        int count = Math.min(elements, array.length() - from);
        blocks.add(new Block(array.name() + "/" + i, array, from, count));
        digests.add(null);
      }
    }
  }

  /** Says that any of the arrays may have changed. */
  public void touch() {
    stored = false;
    digested = false;
  }

  /** Writes what changed since the last call. */
  public void writeChanged(BlockWriter writer) {
    if (!stored) {
      for (int i = 0; i < blocks.size(); i++) {
        byte[] bytes = blocks.get(i).bytes();
        if (!digested) {
          digests.set(i, Digest.sha256(bytes));
        }
        writer.put(blocks.get(i).key(), bytes);
      }
      stored = true;
      digested = true;
    }
  }

  /** Writes every block. */
  public void writeAll(BlockWriter writer) {
    for (Block block : blocks) {
      writer.put(block.key(), block.bytes());
    }
  }

  /**
   * Sets the arrays to the blocks read.
   *
   * @throws StateException if a block is missing or of another size
   */
  public void read(BlockReader reader) {
    for (Block block : blocks) {
      byte[] bytes = reader.get(block.key());
      if (bytes == null) {
        throw new StateException("block is missing, key=" + block.key());
      }
      block.array().fromBytes(bytes, block.from(), block.count());
    }
    stored = true;
    digested = false;
  }

  /** SHA-256 over the keys and the digests of all blocks, in their order. */
  public byte[] digest() {
    if (!digested) {
      for (int i = 0; i < blocks.size(); i++) {
        digests.set(i, Digest.sha256(blocks.get(i).bytes()));
      }
      digested = true;
    }
    Digest all = new Digest();
    for (int i = 0; i < blocks.size(); i++) {
      all.update(blocks.get(i).key()).update(digests.get(i));
    }
    return all.value();
  }
}
