package dev.millrace.benchmarks.engine;

import dev.millrace.benchmarks.measure.Child;
import dev.millrace.benchmarks.measure.Subject;
import dev.millrace.benchmarks.measure.Task;
import java.io.IOException;

/**
 * Products shared out among threads, in a JVM of their own. By the clock on the wall: that of the
 * processor counts what threads do side by side one after the other.
 */
final class ThreadsProcess {
  private ThreadsProcess() {}

  public static void main(String[] arguments) throws IOException {
    Child.run(arguments, ThreadsProcess::subject, System::nanoTime);
  }

  /** What has that process measure a task of one product. */
  static String argument(Task task, int threads) {
    return threads + " " + task.argument();
  }

  static Subject subject(String argument) {
    String[] parts = argument.split(" ", 2);
    return new KernelSubject(Task.parse(parts[1]), Integer.parseInt(parts[0]));
  }
}
