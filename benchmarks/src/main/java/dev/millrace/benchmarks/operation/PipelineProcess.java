package dev.millrace.benchmarks.operation;

import dev.millrace.benchmarks.process.Launcher;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * {@code millrace run} or {@code serve} in a JVM of its own, with the flags of this one, and what
 * it says.
 */
final class PipelineProcess implements AutoCloseable {
  private static final long STOP_MAX_S = 90;

  private final Process process;
  private final Path log;
  private final Thread atExit;
  private final long startNanos = System.nanoTime();

  private PipelineProcess(Process process, Path log) {
    this.process = process;
    this.log = log;
    atExit = new Thread(process::destroyForcibly, "stop-pipeline");
    Runtime.getRuntime().addShutdownHook(atExit);
  }

  /**
   * @param log is made anew and receives what it says
   */
  static PipelineProcess start(Path pipeline, Path stateDir, Path log) throws IOException {
    return start(
        List.of(),
        log,
        "run",
        pipeline.toString(),
        "--state-dir",
        stateDir.toString(),
        "--allow-temporary-state");
  }

  /**
   * @param prefix of the command, as that which keeps it on a core
   * @param log is made anew and receives what it says
   */
  static PipelineProcess start(List<String> prefix, Path log, String... words) throws IOException {
    List<String> command = new ArrayList<>(prefix);
    command.addAll(Launcher.java("dev.millrace.app.Main"));
    command.addAll(List.of(words));
    return new PipelineProcess(
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start(),
        log);
  }

  long pid() {
    return process.pid();
  }

  double secondsSinceStart() {
    return (System.nanoTime() - startNanos) / 1e9;
  }

  /** The first place in what it has said. */
  Optional<MatchResult> said(Pattern what) throws IOException {
    return what.matcher(Files.readString(log)).results().findFirst();
  }

  /**
   * Fails if it has ended by itself.
   *
   * @throws IOException with its last words
   */
  void mustLive() throws IOException {
    if (!process.isAlive()) {
      throw new IOException(
          "the pipeline ended by itself, status=%d:%n%s"
              .formatted(process.exitValue(), Files.readString(log)));
    }
  }

  /** SIGKILL. */
  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  /** SIGTERM. */
  void stop() throws IOException, InterruptedException {
    process.destroy();
    if (!process.waitFor(STOP_MAX_S, TimeUnit.SECONDS)) {
      throw new IOException("the pipeline did not stop within " + STOP_MAX_S + " s");
    }
  }

  /** Leaves no process behind. */
  @Override
  public void close() {
    process.destroyForcibly();
    Runtime.getRuntime().removeShutdownHook(atExit);
  }
}
