package dev.millrace.benchmarks.simulation;

import dev.millrace.engine.Learner;
import dev.millrace.engine.kernel.Kernels;
import dev.millrace.engine.state.BlockWriter;
import dev.millrace.schemas.ControlOutcome;
import dev.millrace.topology.ModelTask;
import dev.millrace.topology.Names;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.header.Headers;

/**
 * One process with a disk: a stream thread with its producer, the tasks of the partitions that it
 * takes itself to own, and standbys. It does with a {@link ModelTask} what Kafka Streams does.
 */
final class SimulatedProcess {
  /** A partition at work: restoring until it has a task. */
  private final class Active {
    final int partition;
    ModelTask task; // null until the store is restored
    int next; // index of the next event
    boolean moved; // events were taken since the last commit
    int nextControl; // index of the next record of the control topic
    boolean asked; // a control was taken up since the last commit

    Active(int partition) {
      this.partition = partition;
    }
  }

  final int id;
  final Fuse fuse = new Fuse();
  private final SimulatedKafka kafka;
  private final Workload workload;
  private final Kernels kernels;
  private final BrokerFault fault;
  private final Story story;
  private final Map<Integer, Copy> disk = new TreeMap<>();
  private final Map<Integer, Active> actives = new TreeMap<>();
  private final Transaction transaction = new Transaction();
  private boolean alive;
  private boolean deaf; // what it sends goes nowhere: its transaction is lost already

  SimulatedProcess(
      int id,
      SimulatedKafka kafka,
      Workload workload,
      Kernels kernels,
      BrokerFault fault,
      Story story) {
    this.id = id;
    this.kafka = kafka;
    this.workload = workload;
    this.kernels = kernels;
    this.fault = fault;
    this.story = story;
  }

  boolean isAlive() {
    return alive;
  }

  /** Begins with what is on the disk; a store that was open then is worth nothing. */
  void start() {
    alive = true;
    fuse.putOut();
    disk.forEach(
        (partition, copy) -> {
          if (copy.isOpen()) {
            endUnclean(partition, copy);
          }
        });
  }

  private void endUnclean(int partition, Copy copy) {
    if (fault == BrokerFault.UNCOMMITTED_WRITES_SURVIVE) {
      copy.closeUnclean();
    } else {
      story.tell(Occurrence.STORE_WIPED, "process %d, partition %d", id, partition);
      copy.wipe();
    }
  }

  /** Becomes the owner of a partition: its store is restored step by step. */
  void take(int partition) {
    Copy copy = disk.computeIfAbsent(partition, none -> new Copy());
    if (copy.isOpen()) {
      story.tell(Occurrence.STANDBY_PROMOTED, "process %d, partition %d", id, partition);
      if (copy.isBehind(kafka, partition)) {
        story.tell(Occurrence.STANDBY_PROMOTED_BEHIND, "by %d blocks", behind(partition, copy));
      }
    } else if (!copy.isEmpty()) {
      story.tell(Occurrence.STORE_KEPT, "process %d, partition %d", id, partition);
    }
    copy.open();
    actives.put(partition, new Active(partition));
  }

  private long behind(int partition, Copy copy) {
    return kafka.changelogEnd(partition) - copy.position();
  }

  /** Follows a partition that another process owns. */
  void standBy(int partition) {
    disk.computeIfAbsent(partition, none -> new Copy()).open();
  }

  /** Partitions it follows. */
  List<Integer> standbys() {
    return disk.entrySet().stream()
        .filter(entry -> entry.getValue().isOpen() && !actives.containsKey(entry.getKey()))
        .map(Map.Entry::getKey)
        .toList();
  }

  /** Ends a standby; what it has stays on the disk. */
  void standDown(int partition) {
    disk.get(partition).closeClean();
  }

  /** A standby reads on. */
  void follow(int partition, int blocks) {
    Copy copy = disk.get(partition);
    copy.catchUp(kafka, partition, blocks);
    if (copy.isBehind(kafka, partition)) {
      story.tell(Occurrence.STANDBY_IN_MID_COMMIT, "process %d, partition %d", id, partition);
    }
  }

  List<Integer> owned() {
    return List.copyOf(actives.keySet());
  }

  List<Integer> restoring() {
    return actives.values().stream().filter(a -> a.task == null).map(a -> a.partition).toList();
  }

  /** Partitions that can take an event. */
  List<Integer> ready() {
    return actives.values().stream()
        .filter(a -> a.task != null && a.next < kafka.input(a.partition).size())
        .map(a -> a.partition)
        .toList();
  }

  /** Restores some more blocks; at the end of the changelog the task begins. */
  void restore(int partition, int blocks) {
    Copy copy = disk.get(partition);
    copy.catchUp(kafka, partition, blocks);
    if (copy.isBehind(kafka, partition)) {
      return;
    }
    Active active = actives.get(partition);
    active.task =
        new ModelTask(
            workload.pipeline(),
            partition,
            kernels,
            Workload.schemas(),
            Workload.IDS,
            kafka::committed,
            new Wire(partition));
    active.task.read(copy);
    active.next = kafka.next(partition);
    active.nextControl = kafka.nextControl(partition);
    if (!copy.isEmpty()) {
      story.tell(
          Occurrence.RESTORED, "process %d, partition %d, event %d", id, partition, active.next);
    }
  }

  /** Partitions of which something is asked. */
  List<Integer> asked() {
    return actives.values().stream()
        .filter(a -> a.task != null && a.nextControl < kafka.controls(a.partition))
        .map(a -> a.partition)
        .toList();
  }

  /** Takes up a record of the control topic. */
  void control(int partition) {
    Active active = actives.get(partition);
    int index = active.nextControl++;
    active.asked = true;
    story.tell("process %d takes up control %d of partition %d", id, index, partition);
    active.task.control(
        workload.controls().get(partition).get(index), Workload.controlOffset(index));
  }

  /** Takes events as a poll gives them. */
  void process(int partition, int events) {
    Active active = actives.get(partition);
    List<Workload.Input> input = kafka.input(partition);
    int to = Math.min(input.size(), active.next + events);
    story.tell(
        "process %d takes events %d to %d of partition %d", id, active.next, to - 1, partition);
    while (active.next < to) {
      Workload.Input next = input.get(active.next++);
      active.moved = true;
      active.task.process(next.event(), next.headers());
    }
  }

  /**
   * Runs each task's hook, then ends the transaction.
   *
   * @throws Fuse.Burnt if the process dies on the way, or does not hear the end
   * @throws SimulatedKafka.FencedException if it no longer owns what it worked on
   */
  void commit() {
    for (Active active : actives.values()) {
      if (active.task != null) {
        active.task.beforeCommit(writer(active.partition));
        if (active.moved) {
          long last = kafka.input(active.partition).get(active.next - 1).event().offset();
          transaction.offsets.put(active.partition, last + 1);
        }
        if (active.asked) {
          transaction.controls.put(active.partition, active.nextControl);
        }
      }
    }
    if (transaction.isEmpty()) {
      return;
    }
    fuse.pass(Fuse.Place.BEFORE_THE_END);
    fuse.pass(Fuse.Place.ANSWER_LOST_ABORTED);
    boolean unheard = fuse.burns(Fuse.Place.ANSWER_LOST_COMMITTED);
    kafka.commit(id, transaction);
    Laws.afterCommit(kafka, transaction.offsets.keySet());
    tellCommit();
    if (unheard) {
      throw new Fuse.Burnt(Fuse.Place.ANSWER_LOST_COMMITTED);
    }
    transaction.clear();
    for (Active active : actives.values()) {
      active.moved = false;
      active.asked = false;
      if (active.task != null) {
        disk.get(active.partition).committedUpTo(kafka.changelogEnd(active.partition));
      }
    }
    fuse.pass(Fuse.Place.AFTER_THE_END);
  }

  private BlockWriter writer(int partition) {
    return (key, bytes) -> {
      if (!deaf) {
        fuse.pass(Fuse.Place.BLOCK);
        transaction.blocks.add(new Transaction.Block(partition, key, bytes));
      }
      disk.get(partition).put(key, bytes);
    };
  }

  private void tellCommit() {
    story.tell(Occurrence.COMMIT, "process %d, offsets %s", id, transaction.offsets);
    if (transaction.offsets.size() > 1) {
      story.count(Occurrence.COMMIT_OF_SEVERAL_MODELS);
    }
    for (Transaction.Block block : transaction.blocks) {
      if (block.key().startsWith("pend/")) {
        story.count(Occurrence.COMMIT_IN_MID_BATCH);
        break;
      }
    }
  }

  /** Gives up a partition after a commit; the store stays on the disk. */
  void release(int partition) {
    Active active = actives.remove(partition);
    end(active);
    disk.get(partition).closeClean();
  }

  /** The process is no more; its disk is. */
  void die() {
    alive = false;
    actives.values().forEach(this::end);
    actives.clear();
    transaction.clear();
  }

  private void end(Active active) {
    if (active.task != null) {
      active.task.close();
    }
  }

  /**
   * Kafka Streams has to let go of all tasks and cannot commit: it runs the hooks once more, whose
   * transaction is lost already, and throws the stores away.
   */
  List<Integer> closeDirty() {
    List<Integer> lost = owned();
    deaf = true;
    for (Active active : actives.values()) {
      if (active.task != null) {
        try {
          active.task.beforeCommit(writer(active.partition));
        } catch (RuntimeException | AssertionError swallowed) {
          story.tell("process %d: the hook said %s", id, swallowed);
        }
        end(active);
      }
      endUnclean(active.partition, disk.get(active.partition));
    }
    deaf = false;
    actives.clear();
    transaction.clear();
    return lost;
  }

  /** Where a task's records go. */
  private final class Wire implements ModelTask.Output {
    private final int partition;

    Wire(int partition) {
      this.partition = partition;
    }

    @Override
    public void send(String to, byte[] key, byte[] value, long timestamp, Headers headers) {
      if (deaf) {
        return;
      }
      if (fuse.burns(Fuse.Place.OUTPUT)) {
        if (to.equals(Names.SNAPSHOTS)) {
          story.tell(Occurrence.CRASH_IN_A_SNAPSHOT, "process %d, partition %d", id, partition);
        }
        throw new Fuse.Burnt(Fuse.Place.OUTPUT);
      }
      Sent sent = Sent.of(key, value, timestamp, headers);
      kafka.send(transaction, new Transaction.Output(partition, to, sent));
    }

    @Override
    public void skipped(Learner.Step step, boolean pauses) {
      if (!deaf) {
        story.tell("process %d skips %s", id, step);
      }
    }

    @Override
    public void controlled(ControlOutcome outcome) {
      if (!deaf) {
        story.tell("process %d: %s", id, outcome);
      }
    }
  }
}
