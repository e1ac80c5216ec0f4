package dev.millrace.benchmarks.simulation;

import dev.millrace.engine.kernel.Kernels;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * One course of things, from the first event to the last commit: up to three processes share the
 * partitions, work, commit, crash, stall, come back. Every choice is the seed's.
 */
final class History {
  private static final int PROCESSES = 3;
  private static final int ACTIONS_MAX = 100_000;

  private final SplittableRandom random;
  private final SimulatedKafka kafka;
  private final Story story;
  private final List<SimulatedProcess> processes;
  private final List<SimulatedProcess> zombies = new ArrayList<>(); // alive, but not in the group
  private final int pollMax; // events that a process takes at once, at most
  private final int commitIn; // one action in so many is a commit
  private int faultsLeft;
  private boolean membersChanged = true; // so that the group has to share out anew

  History(
      SplittableRandom random,
      SimulatedKafka kafka,
      Workload workload,
      Kernels kernels,
      BrokerFault fault,
      Story story) {
    this.random = random;
    this.kafka = kafka;
    this.story = story;
    processes =
        IntStream.range(0, PROCESSES)
            .mapToObj(id -> new SimulatedProcess(id, kafka, workload, kernels, fault, story))
            .toList();
    pollMax = random.nextInt(1, 3 * workload.batch());
    commitIn = random.nextInt(2, 12);
    faultsLeft = random.nextInt(0, 14);
  }

  /** Until all of the input is committed and every process has ended. */
  void run() {
    int first = random.nextInt(1, PROCESSES + 1);
    for (int i = 0; i < first; i++) {
      start(processes.get(i));
    }
    for (int actions = 0; !kafka.allCommitted(); actions++) {
      if (actions == ACTIONS_MAX) {
        throw new Difference("the history does not end after " + ACTIONS_MAX + " actions");
      }
      shareOut();
      act();
    }
    zombies.forEach(this::work);
    List.copyOf(zombies).forEach(this::commit);
    processes.stream().filter(SimulatedProcess::isAlive).forEach(this::stop);
  }

  /** Ends every thread, whatever has happened. */
  void abandon() {
    processes.forEach(SimulatedProcess::die);
  }

  private void act() {
    int dice = random.nextInt(100);
    if (dice < 50) {
      work(oneOf(processes));
    } else if (dice < 60) {
      restoreAll();
    } else if (dice < 70) {
      follow(oneOf(processes));
    } else if (dice < 72) {
      compact();
    } else if (dice < 76) {
      startOne();
    } else if (dice < 79) {
      membersChanged = true; // in the group's eyes
    } else if (dice < 85 && faultsLeft > 0) {
      faultsLeft--;
      fault(oneOf(members()));
    } else {
      work(oneOf(members()));
    }
    if (random.nextInt(commitIn) == 0) {
      commit(oneOf(processes));
    }
  }

  private <T> T oneOf(List<T> list) {
    return list.get(random.nextInt(list.size()));
  }

  private List<SimulatedProcess> members() {
    return processes.stream().filter(p -> p.isAlive() && !zombies.contains(p)).toList();
  }

  /** Restores what must be, and takes events. */
  private void work(SimulatedProcess process) {
    if (!process.isAlive()) {
      return;
    }
    restore(process);
    List<Integer> asked = process.asked();
    if (!asked.isEmpty() && random.nextInt(4) == 0) {
      mayDie(process, () -> process.control(oneOf(asked)));
    }
    List<Integer> ready = process.ready();
    if (ready.isEmpty()) {
      return;
    }
    if (zombies.contains(process)) {
      story.tell(Occurrence.ZOMBIE_WORKED, "process %d", process.id);
    }
    mayDie(process, () -> process.process(oneOf(ready), random.nextInt(1, pollMax + 1)));
  }

  private void restoreAll() {
    members().forEach(this::restore);
  }

  /** Some blocks of each; now and then all of them. */
  private void restore(SimulatedProcess process) {
    for (int partition : process.restoring()) {
      process.restore(partition, random.nextBoolean() ? Integer.MAX_VALUE : random.nextInt(1, 9));
    }
  }

  private void follow(SimulatedProcess process) {
    if (process.isAlive()) {
      process
          .standbys()
          .forEach(
              partition ->
                  process.follow(
                      partition,
                      random.nextInt(4) == 0 ? Integer.MAX_VALUE : random.nextInt(1, 12)));
    }
  }

  private void compact() {
    int partition = random.nextInt(kafka.partitions());
    long end = kafka.changelogEnd(partition);
    int gone = kafka.compact(partition, random.nextLong(end + 1));
    if (gone > 0) {
      story.tell(Occurrence.CHANGELOG_COMPACTED, "partition %d, %d blocks", partition, gone);
    }
  }

  private void startOne() {
    List<SimulatedProcess> dead = processes.stream().filter(p -> !p.isAlive()).toList();
    if (!dead.isEmpty()) {
      start(oneOf(dead));
    } else if (!zombies.isEmpty()) {
      commit(oneOf(zombies)); // it finds out
    }
  }

  private void start(SimulatedProcess process) {
    story.tell("process %d starts", process.id);
    process.start();
    membersChanged = true;
  }

  /** A commit, and what comes of it. */
  private void commit(SimulatedProcess process) {
    if (!process.isAlive()) {
      return;
    }
    try {
      mayDie(process, process::commit);
      if (zombies.contains(process) && process.isAlive()) {
        comeBack(process); // with nothing to commit, or past a broker that does not fence
      }
    } catch (SimulatedKafka.FencedException refused) {
      story.tell(Occurrence.ZOMBIE_FENCED, "%s", refused.getMessage());
      comeBack(process);
    }
  }

  private void comeBack(SimulatedProcess process) {
    process.closeDirty();
    zombies.remove(process);
    membersChanged = true;
  }

  /** Does something during which the process may come to its end. */
  private void mayDie(SimulatedProcess process, Runnable action) {
    try {
      action.run();
    } catch (Fuse.Burnt burnt) {
      Fuse.Place place = burnt.place;
      story.tell(place.occurrence, "process %d", process.id);
      boolean livesOn = place.mayLiveOn() && !zombies.contains(process) && random.nextBoolean();
      if (livesOn) {
        story.tell(Occurrence.TASK_CORRUPTED, "process %d", process.id);
        process.closeDirty().forEach(process::take);
      } else {
        die(process);
      }
    }
  }

  private void die(SimulatedProcess process) {
    if (!process.restoring().isEmpty()) {
      story.tell(Occurrence.CRASH_WHILE_RESTORING, "process %d", process.id);
    }
    process.die();
    zombies.remove(process);
    membersChanged = true;
  }

  private void fault(SimulatedProcess process) {
    switch (random.nextInt(10)) {
      case 0 -> {
        story.tell(Occurrence.CRASH_BETWEEN_EVENTS, "process %d", process.id);
        die(process);
      }
      case 1 -> stall(process);
      case 2 -> {
        story.tell(Occurrence.CLEAN_STOP, "process %d", process.id);
        stop(process);
        membersChanged = true;
      }
      default -> {
        Fuse.Place place = Fuse.Place.values()[random.nextInt(Fuse.Place.values().length)];
        story.tell("process %d will meet with %s", process.id, place);
        process.fuse.light(place, random.nextInt(1, place.passesMax + 1));
      }
    }
  }

  /** The group goes on without it, and it does not know. */
  private void stall(SimulatedProcess process) {
    if (zombies.isEmpty()) {
      story.tell(Occurrence.ZOMBIE, "process %d", process.id);
      zombies.add(process);
      membersChanged = true;
    }
  }

  private void stop(SimulatedProcess process) {
    process.fuse.putOut();
    commit(process);
    process.owned().forEach(process::release);
    process.standbys().forEach(process::standDown);
    process.die();
  }

  /** Gives each partition an owner, and some a standby; who dies on the way is replaced. */
  private void shareOut() {
    while (membersChanged) {
      membersChanged = false;
      while (members().isEmpty()) {
        startOne();
      }
      for (int partition = 0; partition < kafka.partitions(); partition++) {
        shareOut(partition, members());
      }
    }
  }

  private void shareOut(int partition, List<SimulatedProcess> members) {
    if (members.isEmpty()) {
      membersChanged = true;
      return;
    }
    SimulatedProcess to = oneOf(members);
    if (!isOwned(partition)) {
      give(partition, to);
    } else if (random.nextInt(6) == 0) {
      move(partition, to);
    }
    standBy(partition, oneOf(members));
  }

  private boolean isOwned(int partition) {
    int owner = kafka.owner(partition);
    return owner >= 0
        && members().contains(processes.get(owner))
        && processes.get(owner).owned().contains(partition);
  }

  private void give(int partition, SimulatedProcess to) {
    story.tell("partition %d goes to process %d", partition, to.id);
    kafka.assign(partition, to.id);
    to.take(partition);
  }

  private void move(int partition, SimulatedProcess to) {
    SimulatedProcess from = processes.get(kafka.owner(partition));
    if (from == to) {
      return;
    }
    commit(from);
    if (isOwned(partition)) {
      story.tell(Occurrence.REBALANCE, "partition %d leaves process %d", partition, from.id);
      from.release(partition);
      give(partition, to);
    }
  }

  private void standBy(int partition, SimulatedProcess follower) {
    for (SimulatedProcess member : members()) {
      boolean follows = member.standbys().contains(partition);
      if (follows && member != follower) {
        member.standDown(partition);
      } else if (!follows && member == follower && kafka.owner(partition) != member.id) {
        member.standBy(partition);
      }
    }
  }
}
