package dev.millrace.app.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.millrace.engine.kernel.KernelChoice;
import dev.millrace.engine.kernel.Kernels;
import dev.millrace.schemas.registry.ConfluentSchemaRegistry;
import dev.millrace.schemas.registry.SchemaRegistry;
import dev.millrace.topology.PipelineRunner;
import dev.millrace.topology.config.Pipeline;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A broker, with its registry, that is stopped and killed under a running pipeline. */
class BrokerAwayTest {
  private static final Kernels KERNELS = KernelChoice.select(KernelChoice.Mode.AUTO).kernels();
  private static final Duration PATIENCE = Duration.ofSeconds(120);
  private static final int RUN = 400;

  @TempDir Path dir;
  private final int kafkaPort = Ports.free();
  private final int registryPort = Ports.free();
  private Process cluster;

  @AfterEach
  void stop() throws InterruptedException {
    cluster.destroyForcibly().waitFor();
  }

  private void startCluster() throws IOException {
    Path log = Files.createTempFile(dir, "local", ".log");
    cluster =
        Millrace.start(
            log,
            "local",
            "--dir",
            dir.resolve("cluster").toString(),
            "--kafka-port",
            Integer.toString(kafkaPort),
            "--registry-port",
            Integer.toString(registryPort));
    await().atMost(PATIENCE).until(() -> Files.readString(log).contains("Ctrl-C stops."));
  }

  /** Ten seconds; {@code -Dmillrace.away.seconds=60} makes it a minute. */
  @Test
  void shouldWaitForABrokerThatIsStoppedAndForOneThatIsKilled() throws Exception {
    long awaySeconds = Long.getLong("millrace.away.seconds", 10);
    startCluster();
    String servers = "127.0.0.1:" + kafkaPort;
    String registryUrl = "http://127.0.0.1:" + registryPort;
    Pipeline pipeline = Elec2.pipeline(Elec2.yaml(servers, registryUrl, 48, 200));
    Outputs outputs = new Outputs(servers, pipeline);
    outputs.createInput();
    int id = Elec2.register(registryUrl, Elec2.schema(pipeline));
    List<byte[]> values = Elec2.values(pipeline, id, 5 * RUN + 7);
    try (SchemaRegistry registry =
            new ConfluentSchemaRegistry(Map.of("schema.registry.url", registryUrl));
        PipelineRunner runner =
            PipelineRunner.start(
                pipeline, dir.resolve("state"), KERNELS, registry, InstantSource.system())) {
      Elec2.send(servers, values.subList(0, RUN));
      outputs.await(runner, RUN, PATIENCE);

      Elec2.send(servers, values.subList(RUN, 2 * RUN));
      cluster.destroy(); // SIGTERM, with events on their way
      assertThat(cluster.waitFor(60, TimeUnit.SECONDS)).isTrue();
      long received = runner.bytesReceived();
      assertThat(runner.awaitEnd(Duration.ofSeconds(awaySeconds))).isFalse();
      assertThat(runner.bytesReceived()).as("nobody answers").isEqualTo(received).isPositive();
      startCluster();
      Elec2.send(servers, values.subList(2 * RUN, 3 * RUN));
      outputs.await(runner, 3 * RUN, PATIENCE);

      Elec2.send(servers, values.subList(3 * RUN, 4 * RUN));
      cluster.destroyForcibly().waitFor(); // SIGKILL
      assertThat(runner.awaitEnd(Duration.ofSeconds(awaySeconds))).isFalse();
      startCluster();
      Elec2.send(servers, values.subList(4 * RUN, values.size()));
      outputs.await(runner, values.size(), PATIENCE);
      assertThat(runner.failure()).as("no thread was lost").isEmpty();
    }
    outputs.requireAllAs(new Reference(pipeline, Elec2.schema(pipeline), values), values.size());
  }
}
