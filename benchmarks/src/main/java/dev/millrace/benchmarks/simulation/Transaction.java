package dev.millrace.benchmarks.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What a process has sent and not yet committed, of all the partitions that it owns. */
final class Transaction {
  /** A record on its way to a topic's partition. */
  record Output(int partition, String to, Sent sent) {}

  /** A block on its way to a partition's changelog. */
  record Block(int partition, String key, byte[] bytes) {}

  final Map<Integer, Long> offsets = new TreeMap<>();
  final Map<Integer, Integer> controls = new TreeMap<>(); // records of the control topic taken up
  final List<Output> outputs = new ArrayList<>();
  final List<Block> blocks = new ArrayList<>();

  boolean isEmpty() {
    return offsets.isEmpty() && controls.isEmpty() && outputs.isEmpty() && blocks.isEmpty();
  }

  void clear() {
    offsets.clear();
    controls.clear();
    outputs.clear();
    blocks.clear();
  }
}
