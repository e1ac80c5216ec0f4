package dev.millrace.benchmarks.process;

import dev.millrace.benchmarks.measure.Samples;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Starts the processes that measure, on the cores that they are to have where {@code taskset} is
 * installed; nearly all have one thread and one core. What they print goes to standard error.
 */
public final class Launcher {
  private static final Map<String, String> ONE_THREAD =
      Map.of(
          "OMP_NUM_THREADS", "1",
          "MKL_NUM_THREADS", "1",
          "OPENBLAS_NUM_THREADS", "1",
          "TF_CPP_MIN_LOG_LEVEL", "2");

  private final List<String> prefix;

  private Launcher(List<String> prefix) {
    this.prefix = prefix;
  }

  /**
   * A launcher onto those cores.
   *
   * @throws IllegalArgumentException if this process may not run on one of them
   */
  public static Launcher onto(int... cores) {
    for (int core : cores) {
      if (!Cores.allowed().contains(core)) {
        throw new IllegalArgumentException(
            "core must be one of " + Cores.allowed() + ", core=" + core);
      }
    }
    String list = Arrays.stream(cores).mapToObj(Integer::toString).collect(Collectors.joining(","));
    return new Launcher(Cores.pinnable() ? List.of("taskset", "-c", list) : List.of());
  }

  /** What a command begins with that is to run there. */
  public List<String> prefix() {
    return prefix;
  }

  /** A JVM like this one, with the same class path and flags. */
  public static List<String> java(String mainClass) {
    return java(mainClass, System.getProperty("java.class.path"));
  }

  /** A JVM with the same flags as this one. */
  public static List<String> java(String mainClass, String classPath, String... moreFlags) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
    command.addAll(List.of(moreFlags));
    command.addAll(List.of("-cp", classPath, mainClass));
    return command;
  }

  /**
   * Runs a process to its end.
   *
   * @param command takes the file that it shall write, and then the tasks
   * @return the samples of each task
   * @throws IOException if it fails, or writes something else
   */
  public List<Samples> run(List<String> command, List<String> tasks)
      throws IOException, InterruptedException {
    Path file = Files.createTempFile("millrace-bench-", ".samples");
    try {
      List<String> all = new ArrayList<>(prefix);
      all.addAll(command);
      all.add(file.toString());
      all.addAll(tasks);
      ProcessBuilder builder = new ProcessBuilder(all).redirectErrorStream(true);
      builder.environment().putAll(new TreeMap<>(ONE_THREAD));
      Process process = builder.start();
      Thread atExit = new Thread(process::destroy, "stop-child");
      Runtime.getRuntime().addShutdownHook(atExit);
      String output = new String(process.getInputStream().readAllBytes());
      int status = process.waitFor();
      Runtime.getRuntime().removeShutdownHook(atExit);
      List<String> lines = Files.readAllLines(file);
      if (status != 0 || lines.size() != tasks.size()) {
        throw new IOException(
            "a measuring process failed, status=%d, command=%s%n%s"
                .formatted(status, all, output.strip()));
      }
      return lines.stream().map(Samples::parse).toList();
    } finally {
      Files.delete(file);
    }
  }
}
