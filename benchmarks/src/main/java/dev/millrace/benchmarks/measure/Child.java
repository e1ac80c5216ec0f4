package dev.millrace.benchmarks.measure;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.LongSupplier;

/** The main method of a JVM that times one contestant. */
public final class Child {
  private Child() {}

  /**
   * Takes samples of each task in turn, in time of the processor.
   *
   * @param arguments the file that receives a line of {@link Samples} a task, then the tasks
   */
  public static void run(String[] arguments, Function<String, Subject> subjects)
      throws IOException {
    run(arguments, subjects, ProcessClock.here());
  }

  /** As {@link #run(String[], Function)}, by another clock. */
  public static void run(String[] arguments, Function<String, Subject> subjects, LongSupplier nanos)
      throws IOException {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    List<String> lines = new ArrayList<>();
    for (int i = 1; i < arguments.length; i++) {
      try (Subject subject = subjects.apply(arguments[i])) {
        Sampler sampler = new Sampler(subject, nanos, threads::getCurrentThreadAllocatedBytes);
        lines.add(sampler.take().line());
      }
    }
    Files.write(Path.of(arguments[0]), lines);
  }
}
