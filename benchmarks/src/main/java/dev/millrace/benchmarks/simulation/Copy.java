package dev.millrace.benchmarks.simulation;

import dev.millrace.engine.state.BlockReader;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The store of one partition on a process's disk: the changelog up to a position, and on top what
 * was written since. While it is open nobody knows whether all of that was committed, so that an
 * unclean end costs the whole.
 */
final class Copy implements BlockReader {
  private final Map<String, byte[]> blocks = new HashMap<>();
  private long position; // of the changelog, up to which the blocks hold it
  private boolean open;

  void open() {
    open = true;
  }

  boolean isOpen() {
    return open;
  }

  /** After a commit of all that was written. */
  void committedUpTo(long changelogEnd) {
    position = changelogEnd;
  }

  void closeClean() {
    open = false;
  }

  void wipe() {
    blocks.clear();
    position = 0;
    open = false;
  }

  /** The fault: what was not committed stays, as if it had been. */
  void closeUnclean() {
    open = false;
  }

  boolean isEmpty() {
    return position == 0;
  }

  long position() {
    return position;
  }

  /** Reads on, so many blocks at most. */
  void catchUp(SimulatedKafka kafka, int partition, int max) {
    List<SimulatedKafka.Block> read = kafka.changelog(partition, position, max);
    read.forEach(block -> blocks.put(block.key(), block.bytes()));
    position = read.size() < max ? kafka.changelogEnd(partition) : read.getLast().offset() + 1;
  }

  boolean isBehind(SimulatedKafka kafka, int partition) {
    return position < kafka.changelogEnd(partition);
  }

  void put(String key, byte[] bytes) {
    blocks.put(key, bytes);
  }

  @Override
  public byte[] get(String key) {
    return blocks.get(key);
  }
}
