package dev.millrace.benchmarks.simulation;

import dev.millrace.engine.kernel.KernelChoice;
import dev.millrace.engine.kernel.Kernels;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Consumer;

/** A history by its seed: the same whenever and wherever it is repeated. */
final class Simulation {
  private static final Kernels KERNELS = KernelChoice.select(KernelChoice.Mode.AUTO).kernels();

  /**
   * How a history came out.
   *
   * @param events of its input
   * @param problem what differed first; empty if all was as it must be
   * @param counts how often each thing happened
   */
  record Result(long seed, long events, Optional<String> problem, Map<Occurrence, Long> counts) {
    /** What differed, and the command that shows how it came to that. */
    String failure() {
      return "seed %d: %s%nrepeat it: ./millrace-sim --seeds %d --trace"
          .formatted(seed, problem.orElseThrow(), seed);
    }
  }

  private Simulation() {}

  /**
   * Runs one history and checks it.
   *
   * @param fault a promise that the simulated Kafka breaks
   * @param listener is told what happens, in order; null for nobody
   */
  static Result run(long seed, BrokerFault fault, Consumer<String> listener) {
    SplittableRandom random = new SplittableRandom(seed);
    Story story = new Story(listener);
    Workload workload = Workload.of(random.split());
    story.tell("%s", workload.yaml().strip());
    long events = 0;
    for (int partition = 0; partition < workload.partitions().size(); partition++) {
      int length = workload.partitions().get(partition).size();
      story.tell("partition %d: %d events", partition, length);
      events += length;
    }
    Optional<String> problem = Optional.empty();
    try {
      runAndCheck(workload, random, fault, story);
    } catch (RuntimeException | AssertionError e) {
      problem = Optional.of(said(e));
    }
    return new Result(seed, events, problem, story.counts());
  }

  private static void runAndCheck(
      Workload workload, SplittableRandom random, BrokerFault fault, Story story) {
    SimulatedKafka kafka = new SimulatedKafka(workload, fault);
    History history = new History(random.split(), kafka, workload, KERNELS, fault, story);
    try {
      history.run();
    } finally {
      history.abandon();
    }
    for (int partition = 0; partition < kafka.partitions(); partition++) {
      Laws laws = new Laws(workload, kafka, KERNELS, partition);
      laws.check(story);
      new SnapshotLaws(workload, kafka, partition, laws.reference())
          .check(KERNELS, random.nextInt(1000), story);
    }
  }

  /** A difference speaks for itself; of what the product threw, its place in the code helps. */
  private static String said(Throwable thrown) {
    if (thrown instanceof Difference) {
      return thrown.getMessage();
    }
    StackTraceElement[] frames = thrown.getStackTrace();
    return thrown + (frames.length == 0 ? "" : " at " + frames[0]);
  }
}
