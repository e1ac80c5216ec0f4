package dev.millrace.benchmarks.process;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * {@code millrace local} in a JVM of its own, so that the broker shares neither heap nor garbage
 * collector nor compiler with what runs against it, and can be killed alone. It does share the
 * processor.
 */
public final class BrokerProcess implements AutoCloseable {
  private static final String KAFKA = "kafka ";
  private static final String REGISTRY = "schema registry ";
  private static final long STOP_MAX_S = 30;

  private final Process process;
  private final Thread atExit;
  private final String bootstrapServers;
  private final String registryUrl;

  private BrokerProcess(
      Process process, Thread atExit, String bootstrapServers, String registryUrl) {
    this.process = process;
    this.atExit = atExit;
    this.bootstrapServers = bootstrapServers;
    this.registryUrl = registryUrl;
  }

  /** Returns when both servers answer, on free ports. */
  public static BrokerProcess start(Path dir) throws IOException {
    return start(dir, 0, 0, List.of());
  }

  /**
   * Returns when both servers answer.
   *
   * @param kafkaPort 0 for any free one
   * @param registryPort 0 for any free one
   * @param jvmFlags more than it needs
   */
  public static BrokerProcess start(
      Path dir, int kafkaPort, int registryPort, List<String> jvmFlags) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("--enable-native-access=ALL-UNNAMED");
    command.add("--sun-misc-unsafe-memory-access=allow");
    command.addAll(jvmFlags);
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(List.of("dev.millrace.app.Main", "local", "--dir", dir.toString()));
    command.addAll(List.of("--kafka-port", Integer.toString(kafkaPort)));
    command.addAll(List.of("--registry-port", Integer.toString(registryPort)));
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    Thread atExit = new Thread(process::destroy, "stop-broker");
    Runtime.getRuntime().addShutdownHook(atExit);
    String kafka = null;
    String registry = null;
    BufferedReader lines = process.inputReader(StandardCharsets.UTF_8);
    String line;
    while (registry == null && (line = lines.readLine()) != null) {
      kafka = line.startsWith(KAFKA) ? line.substring(KAFKA.length()).strip() : kafka;
      registry = line.startsWith(REGISTRY) ? line.substring(REGISTRY.length()).strip() : registry;
    }
    if (registry == null) {
      throw new IOException("the broker's process ended before it was ready; see its output above");
    }
    return new BrokerProcess(process, atExit, kafka, registry);
  }

  /** Where Kafka answers, {@code host:port}. */
  public String bootstrapServers() {
    return bootstrapServers;
  }

  /** Where the schema registry answers. */
  public String registryUrl() {
    return registryUrl;
  }

  public long pid() {
    return process.pid();
  }

  /** SIGKILL. */
  public void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
    Runtime.getRuntime().removeShutdownHook(atExit);
  }

  /** SIGTERM; SIGKILL if that does not end it. */
  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(STOP_MAX_S, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
    Runtime.getRuntime().removeShutdownHook(atExit);
  }
}
