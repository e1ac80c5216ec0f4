package dev.millrace.benchmarks.operation;

import dev.millrace.benchmarks.process.Directories;
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

/** {@code millrace run} or {@code serve} in a JVM of its own, and what it says. */
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
   * Runs a pipeline, with the JVM's flags of this process.
   *
   * @param log is made anew and receives what it says
   */
  static PipelineProcess run(Path pipeline, Path stateDir, Path log) throws IOException {
    List<String> command = new ArrayList<>(Launcher.java("dev.millrace.app.Main"));
    command.addAll(List.of("run", pipeline.toString(), "--state-dir", stateDir.toString()));
    command.add("--allow-temporary-state");
    return start(command, log);
  }

  /**
   * Serves a pipeline's models on a free port, with the JVM's flags that users get.
   *
   * @param prefix of the command, as that which keeps it on a core
   * @param log is made anew and receives what it says
   */
  static PipelineProcess serve(List<String> prefix, Path pipeline, Path log) throws IOException {
    Path home = Directories.home();
    List<String> command = new ArrayList<>(prefix);
    command.add(home.resolve("millrace").toString());
    command.addAll(List.of("serve", pipeline.toString(), "--http", "0"));
    return start(command, log);
  }

  private static PipelineProcess start(List<String> command, Path log) throws IOException {
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
