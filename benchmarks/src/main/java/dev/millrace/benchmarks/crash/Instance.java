package dev.millrace.benchmarks.crash;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** One life of {@code millrace run}, in a JVM of its own. */
final class Instance implements AutoCloseable {
  /** The status of a process that SIGKILL or {@link Trigger#fire} ended. */
  static final int KILLED = 137;

  private static final long STOP_MAX_S = 180;
  private static final List<String> FLAGS =
      List.of(
          "-ea",
          "-Xmx256m",
          "-XX:+UseSerialGC",
          "-XX:TieredStopAtLevel=1",
          "--add-modules=jdk.incubator.vector",
          "--enable-native-access=ALL-UNNAMED",
          "--sun-misc-unsafe-memory-access=allow");

  private final Process process;
  private final Thread atExit;

  private Instance(Process process) {
    this.process = process;
    atExit = new Thread(process::destroyForcibly, "stop-instance");
    Runtime.getRuntime().addShutdownHook(atExit);
  }

  /**
   * @param main runs a pipeline when told as {@code millrace run} is
   * @param log receives what it says
   */
  static Instance start(String main, Path pipeline, Path stateDir, Trigger trigger, Path log)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(FLAGS);
    command.add("-D" + Trigger.PROPERTY + "=" + trigger.text());
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), main));
    command.addAll(List.of("run", pipeline.toString(), "--state-dir", stateDir.toString()));
    command.add("--allow-temporary-state");
    return new Instance(
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
            .start());
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** Waits for its end; true if it was killed rather than ended by itself. */
  boolean awaitKill(long seconds) throws InterruptedException {
    return process.waitFor(seconds, TimeUnit.SECONDS) && process.exitValue() == KILLED;
  }

  /** SIGKILL. */
  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  /** SIGSTOP, SIGCONT: what Java has no call for. */
  void signal(String name) throws IOException, InterruptedException {
    Process sent = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start();
    if (sent.waitFor() != 0) {
      throw new IOException("the signal was not sent, signal=" + name);
    }
  }

  /** SIGTERM; it must end, and well. */
  void stop() throws IOException, InterruptedException {
    process.destroy();
    if (!process.waitFor(STOP_MAX_S, TimeUnit.SECONDS)) {
      throw new IOException("an instance did not stop within " + STOP_MAX_S + " s");
    }
  }

  /** Leaves no process behind. */
  @Override
  public void close() {
    process.destroyForcibly();
    Runtime.getRuntime().removeShutdownHook(atExit);
  }
}
