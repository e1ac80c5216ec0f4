package dev.millrace.benchmarks.crash;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.common.TopicPartition;

/** How each kill goes. No instance runs before one, and none after it. */
final class Scenarios {
  private static final int FIRST = 1;
  private static final int SECOND = 2;
  private static final long KILL_MAX_S = 180;

  private final World world;
  private final Group group;
  private final List<Integer> partitions;
  private boolean restores; // the next life has something to restore

  Scenarios(World world) {
    this.world = world;
    group = world.group();
    partitions = group.input().stream().map(TopicPartition::partition).toList();
  }

  /** Does it; true if it came after at least one commit, so that there was something to lose. */
  boolean run(Kill kill) throws IOException, InterruptedException, ExecutionException {
    boolean effective =
        switch (kill.point()) {
          case RESTORE -> duringRestore(kill);
          case HOOK_BLOCK, BEFORE_COMMIT, DURING_COMMIT, AFTER_COMMIT, SNAPSHOT -> inside(kill);
          case RANDOM -> atRandom(kill);
          case STATE_LOSS -> atRandom(kill) && loseState();
          case ZOMBIE -> zombie(kill);
          case SCALE -> scale(kill);
          case BROKER_STOP -> bounce(kill, false);
          case BROKER_KILL -> bounce(kill, true);
        };
    restores =
        switch (kill.point()) {
          case ZOMBIE, SCALE, BROKER_STOP, BROKER_KILL -> false; // they end in good order
          default -> true;
        };
    return effective;
  }

  private boolean inside(Kill kill) throws IOException, InterruptedException, ExecutionException {
    Map<Integer, Long> before = group.committed();
    requireKilled(kill, world.start(FIRST, kill.trigger()));
    return Group.sum(group.committed()) > Group.sum(before);
  }

  private boolean duringRestore(Kill kill)
      throws IOException, InterruptedException, ExecutionException {
    if (!restores) {
      atRandom(kill);
    }
    Map<Integer, Long> before = group.committed();
    requireKilled(kill, world.start(FIRST, kill.trigger()));
    return Group.sum(before) > 0;
  }

  private void requireKilled(Kill kill, Instance instance)
      throws IOException, InterruptedException {
    if (!instance.awaitKill(KILL_MAX_S)) {
      throw world.failure("an instance did not come to its end at " + kill);
    }
  }

  private Instance startAndCommit() throws IOException, InterruptedException, ExecutionException {
    Map<Integer, Long> before = group.committed();
    Instance instance = world.start(FIRST, Trigger.NONE);
    awaitCommit(before, instance);
    return instance;
  }

  private void awaitCommit(Map<Integer, Long> before, Instance... alive)
      throws IOException, InterruptedException, ExecutionException {
    long sum = Group.sum(before);
    world.await("a commit", () -> Group.sum(group.committed()) > sum, alive);
  }

  private void awaitCommitOfEach(Instance... alive)
      throws IOException, InterruptedException, ExecutionException {
    Map<Integer, Long> before = group.committed();
    world.await(
        "a commit of each partition",
        () -> Group.beyond(group.committed(), before, partitions),
        alive);
  }

  private boolean atRandom(Kill kill) throws IOException, InterruptedException, ExecutionException {
    Instance instance = startAndCommit();
    Thread.sleep(kill.pauseMs());
    instance.kill();
    return true;
  }

  private boolean loseState() throws IOException {
    world.loseState(FIRST);
    return true;
  }

  /**
   * The second instance has everything when the first wakes, with a transaction of its own open.
   */
  private boolean zombie(Kill kill) throws IOException, InterruptedException, ExecutionException {
    Instance zombie = startAndCommit();
    Thread.sleep(kill.pauseMs());
    zombie.signal("STOP");
    Thread.sleep(Setup.SESSION_MS);
    Map<Integer, Long> stopped = group.committed();
    Instance heir = world.start(SECOND, Trigger.NONE);
    world.await(
        "the commits of the second instance",
        () -> Group.beyond(group.committed(), stopped, partitions),
        heir);
    zombie.signal("CONT");
    awaitCommitOfEach(zombie, heir);
    Thread.sleep(kill.pauseMs());
    zombie.kill();
    awaitCommitOfEach(heir);
    heir.stop();
    return true;
  }

  private boolean scale(Kill kill) throws IOException, InterruptedException, ExecutionException {
    Instance first = startAndCommit();
    Instance second = world.start(SECOND, Trigger.NONE);
    world.await("two instances at work", () -> group.busyInstances() == 2, first, second);
    awaitCommitOfEach(first, second);
    Thread.sleep(kill.pauseMs());
    second.kill();
    awaitCommitOfEach(first);
    first.stop();
    return true;
  }

  private boolean bounce(Kill kill, boolean hard)
      throws IOException, InterruptedException, ExecutionException {
    Instance instance = startAndCommit();
    Thread.sleep(kill.pauseMs());
    world.bounceBroker(hard, kill.pauseMs());
    awaitCommitOfEach(instance);
    instance.stop();
    return true;
  }

  /** Lets an instance take all that was sent, and ends it in good order. */
  void finish() throws IOException, InterruptedException, ExecutionException {
    Map<Integer, Long> end = group.end();
    Instance last = world.start(FIRST, Trigger.NONE);
    world.await("the end of the input", () -> group.committed().equals(end), last);
    last.stop();
  }
}
