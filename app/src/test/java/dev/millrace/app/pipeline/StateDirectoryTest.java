package dev.millrace.app.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.millrace.app.embedded.LocalCluster;
import dev.millrace.engine.kernel.KernelChoice;
import dev.millrace.schemas.registry.ConfluentSchemaRegistry;
import dev.millrace.schemas.registry.SchemaRegistry;
import dev.millrace.topology.PipelineRunner;
import dev.millrace.topology.PreflightException;
import dev.millrace.topology.config.Pipeline;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A state directory that takes no more, and one that another process uses. */
class StateDirectoryTest {
  private static final Duration PATIENCE = Duration.ofSeconds(90);
  private static final int EVENTS = 2_000;

  @TempDir Path dir;
  private LocalCluster cluster;
  private SchemaRegistry registry;

  @BeforeEach
  void start() {
    cluster = LocalCluster.start(dir.resolve("cluster"));
    registry = new ConfluentSchemaRegistry(Map.of("schema.registry.url", cluster.registryUrl()));
  }

  @AfterEach
  void stop() {
    registry.close();
    cluster.close();
  }

  private PipelineRunner run(Pipeline pipeline) {
    return PipelineRunner.start(
        pipeline,
        dir.resolve("state"),
        KernelChoice.select(KernelChoice.Mode.AUTO).kernels(),
        registry,
        InstantSource.system());
  }

  /**
   * The kernel's limit of a file's size stands for a full disk: the same write fails in the same
   * place, with EFBIG instead of ENOSPC, and no rights are needed. The model is large, so that
   * RocksDB must write a file larger than that soon.
   */
  @Test
  void shouldStopWithOneMessageWhenTheDiskTakesNoMoreAndGoOnOnceItDoes() throws Exception {
    String yaml = Elec2.yaml(cluster, 48, 200).replace("dense: 16", "dense: 60000");
    Pipeline pipeline = Elec2.pipeline(yaml);
    Outputs outputs = new Outputs(cluster.bootstrapServers(), pipeline);
    outputs.createInput();
    int id = Elec2.register(cluster, pipeline);
    List<byte[]> values = Elec2.values(pipeline, id, EVENTS);
    Path file = Files.writeString(dir.resolve("elec2.yaml"), yaml);
    Path log = dir.resolve("run.log");
    Process limited =
        Millrace.start(
            log,
            "run",
            file.toString(),
            "--state-dir",
            dir.resolve("state").toString(),
            "--allow-temporary-state");
    Elec2.send(cluster, values.subList(0, EVENTS / 10));
    await().atMost(PATIENCE).until(() -> outputs.committedOffset() == EVENTS / 10);
    String pid = Long.toString(limited.pid());
    assertThat(new ProcessBuilder("prlimit", "--pid", pid, "--fsize=4194304").start().waitFor())
        .isZero();
    Elec2.send(cluster, values.subList(EVENTS / 10, EVENTS));
    assertThat(limited.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
    String said = Files.readString(log);
    assertThat(limited.exitValue()).as(said).isEqualTo(1);
    assertThat(said)
        .containsOnlyOnce("the state directory " + dir.resolve("state") + " cannot be written")
        .contains("File too large")
        .contains("start the pipeline again")
        .doesNotContain("\tat ");

    try (PipelineRunner runner = run(pipeline)) {
      outputs.await(runner, EVENTS, PATIENCE);
    }
    outputs.requireAllAs(new Reference(pipeline, Elec2.schema(pipeline), values), EVENTS);
  }

  @Test
  void shouldRefuseAStateDirectoryThatAnotherProcessUses() throws Exception {
    String yaml = Elec2.yaml(cluster, 48, 200);
    Pipeline pipeline = Elec2.pipeline(yaml);
    Outputs outputs = new Outputs(cluster.bootstrapServers(), pipeline);
    outputs.createInput();
    int id = Elec2.register(cluster, pipeline);
    List<byte[]> values = Elec2.values(pipeline, id, 100);
    Path file = Files.writeString(dir.resolve("elec2.yaml"), yaml);
    try (PipelineRunner runner = run(pipeline)) {
      Elec2.send(cluster, values.subList(0, 50));
      outputs.await(runner, 50, PATIENCE);
      Path log = dir.resolve("second.log");
      Process second =
          Millrace.start(
              log,
              "run",
              file.toString(),
              "--state-dir",
              dir.resolve("state").toString(),
              "--allow-temporary-state");
      assertThat(second.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
      String said = Files.readString(log);
      assertThat(second.exitValue()).as(said).isEqualTo(1);
      assertThat(said)
          .contains("is in use by another running instance. Stop that one")
          .doesNotContain("\tat ");
      assertThatThrownBy(() -> run(pipeline))
          .as("in the same process")
          .isInstanceOf(PreflightException.class)
          .hasMessageContaining("is in use by another running instance");
      Elec2.send(cluster, values.subList(50, 100));
      outputs.await(runner, 100, PATIENCE);
    }
    outputs.requireAllAs(new Reference(pipeline, Elec2.schema(pipeline), values), 100);
  }
}
