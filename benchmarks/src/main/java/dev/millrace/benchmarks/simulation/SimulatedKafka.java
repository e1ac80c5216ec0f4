package dev.millrace.benchmarks.simulation;

import dev.millrace.schemas.ControlOutcome;
import dev.millrace.topology.Names;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What the brokers know: the input, what was committed of it, changelogs, outputs, and who owns
 * which partition. A transaction is visible as a whole once it is committed, and never else; one
 * whose sender no longer owns its partitions is refused.
 *
 * <p>Only committed records are here, as a reader under {@code read_committed} has them. That such
 * a reader first waits for an open transaction's end is why a partition is only ever read by its
 * next owner after that end.
 */
final class SimulatedKafka {
  /** The sender is not, or no longer, the owner. */
  static final class FencedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    FencedException(String message) {
      super(message);
    }
  }

  /** A block in a changelog. */
  record Block(long offset, String key, byte[] bytes) {}

  private static final class Partition {
    List<Workload.Input> input;
    int controls; // records on the control topic
    int controlsCommitted;
    long committed = -1; // -1 before the first commit of an offset
    int owner = -1;
    final TreeMap<Long, Block> changelog = new TreeMap<>();
    long changelogEnd;
    final Map<String, List<Sent>> outputs = new HashMap<>();
  }

  private final List<Partition> partitions = new ArrayList<>();
  private final BrokerFault fault;

  SimulatedKafka(Workload workload, BrokerFault fault) {
    this.fault = fault;
    for (int p = 0; p < workload.partitions().size(); p++) {
      Partition partition = new Partition();
      partition.input = workload.partitions().get(p);
      partition.controls = workload.controls().get(p).size();
      partitions.add(partition);
    }
  }

  int partitions() {
    return partitions.size();
  }

  List<Workload.Input> input(int partition) {
    return partitions.get(partition).input;
  }

  /** The offset that a group goes on from; empty if none was committed. */
  OptionalLong committed(int partition) {
    long offset = partitions.get(partition).committed;
    return offset < 0 ? OptionalLong.empty() : OptionalLong.of(offset);
  }

  /** Index of the first event that is not committed. */
  int next(int partition) {
    Partition of = partitions.get(partition);
    int index = 0;
    while (index < of.input.size() && of.input.get(index).event().offset() < of.committed) {
      index++;
    }
    return index;
  }

  boolean allCommitted() {
    for (int p = 0; p < partitions.size(); p++) {
      if (next(p) < input(p).size() || nextControl(p) < controls(p)) {
        return false;
      }
    }
    return true;
  }

  /** Records on the control topic. */
  int controls(int partition) {
    return partitions.get(partition).controls;
  }

  /** Index of the first record of the control topic that is not committed. */
  int nextControl(int partition) {
    return partitions.get(partition).controlsCommitted;
  }

  /** What became of the controls, as it was committed. */
  List<ControlOutcome> outcomes(int partition) {
    return outputs(partition, Names.CONTROL_LOG).stream()
        .map(sent -> ControlOutcome.decode(sent.value()))
        .toList();
  }

  int owner(int partition) {
    return partitions.get(partition).owner;
  }

  void assign(int partition, int owner) {
    partitions.get(partition).owner = owner;
  }

  /** A record leaves its sender; a broker that keeps its promise shows nothing of it yet. */
  void send(Transaction transaction, Transaction.Output output) {
    if (fault == BrokerFault.OUTPUTS_OUTSIDE_THE_TRANSACTION) {
      append(output);
    } else {
      transaction.outputs.add(output);
    }
  }

  /**
   * All of a transaction, or nothing.
   *
   * @throws FencedException if another process owns one of its partitions
   */
  void commit(int process, Transaction transaction) {
    if (fault != BrokerFault.ZOMBIES_NOT_FENCED) {
      touched(transaction).forEach(partition -> requireOwner(process, partition));
    }
    transaction.outputs.forEach(this::append);
    for (Transaction.Block block : transaction.blocks) {
      Partition of = partitions.get(block.partition());
      long offset = of.changelogEnd++;
      of.changelog.put(offset, new Block(offset, block.key(), block.bytes()));
    }
    transaction.offsets.forEach(
        (partition, offset) -> partitions.get(partition).committed = offset);
    transaction.controls.forEach(
        (partition, next) -> partitions.get(partition).controlsCommitted = next);
  }

  private static Set<Integer> touched(Transaction transaction) {
    Set<Integer> touched = new TreeSet<>(transaction.offsets.keySet());
    touched.addAll(transaction.controls.keySet());
    transaction.outputs.forEach(output -> touched.add(output.partition()));
    transaction.blocks.forEach(block -> touched.add(block.partition()));
    return touched;
  }

  private void requireOwner(int process, int partition) {
    int owner = partitions.get(partition).owner;
    if (owner != process) {
      throw new FencedException(
          "process %d sends for partition %d, which process %d owns"
              .formatted(process, partition, owner));
    }
  }

  private void append(Transaction.Output output) {
    outputs(output.partition(), output.to()).add(output.sent());
  }

  /** The committed records of an output, in order. */
  List<Sent> outputs(int partition, String name) {
    return partitions.get(partition).outputs.computeIfAbsent(name, none -> new ArrayList<>());
  }

  /** Events that have been answered by a prediction or a dead letter. */
  int answered(int partition) {
    return outputs(partition, Names.PREDICTIONS).size()
        + outputs(partition, Names.DEAD_LETTERS).size();
  }

  /** One more than the offset of the newest block. */
  long changelogEnd(int partition) {
    return partitions.get(partition).changelogEnd;
  }

  /** Blocks from an offset on, so many at most. */
  List<Block> changelog(int partition, long from, int max) {
    return partitions.get(partition).changelog.tailMap(from).values().stream().limit(max).toList();
  }

  /** Lets go of blocks before an offset that a newer one replaces; how many there were. */
  int compact(int partition, long before) {
    TreeMap<Long, Block> changelog = partitions.get(partition).changelog;
    Map<String, Long> newest = new HashMap<>();
    changelog.values().forEach(block -> newest.put(block.key(), block.offset()));
    int size = changelog.size();
    changelog.headMap(before).values().removeIf(block -> newest.get(block.key()) != block.offset());
    return size - changelog.size();
  }
}
