package dev.millrace.benchmarks.engine;

import dev.millrace.benchmarks.measure.Child;
import dev.millrace.benchmarks.measure.Subject;
import dev.millrace.benchmarks.measure.Task;
import java.io.IOException;

/** The engine in a JVM of its own, so that no benchmark finds code that another one shaped. */
final class EngineProcess {
  /** A fact: which implementation ran. */
  static final String VERSION = "version";

  /** A fact: how many arrays as long as the parameters the optimiser keeps. */
  static final String SLOTS = "slots";

  /** A fact: the most memory that the process had, in MiB; absent where the system does not say. */
  static final String PEAK_MB = "peak_mb";

  private EngineProcess() {}

  public static void main(String[] arguments) throws IOException {
    Child.run(arguments, argument -> subject(Task.parse(argument)));
  }

  /** Who does that task. */
  static Subject subject(Task task) {
    return switch (task.work()) {
      case STEP, PREDICT -> new EngineSubject(task);
      case FORWARD, WEIGHT_GRADIENT, INPUT_GRADIENT -> new KernelSubject(task);
    };
  }
}
