package dev.millrace.app.host;

import dev.millrace.engine.kernel.Kernels;
import dev.millrace.schemas.Control;
import dev.millrace.schemas.SnapshotManifest;
import dev.millrace.schemas.registry.SchemaRegistry;
import dev.millrace.topology.ModelProbe;
import dev.millrace.topology.PipelineRunner;
import dev.millrace.topology.PreflightException;
import dev.millrace.topology.StartListener;
import dev.millrace.topology.config.Pipeline;
import dev.millrace.topology.control.ControlTopic;
import dev.millrace.topology.recovery.CopyName;
import dev.millrace.topology.recovery.SnapshotInstall;
import dev.millrace.topology.recovery.SnapshotTags;
import dev.millrace.topology.recovery.SnapshotTopic;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * One pipeline that this process runs. An earlier copy can be made its model while the process
 * lives: it stops, the copy is installed, and it starts again.
 */
public final class PipelineHost implements AutoCloseable {
  private static final String ROLLING_BACK = "ROLLING_BACK";

  private final Pipeline pipeline;
  private final Path stateDir;
  private final Kernels kernels;
  private final SchemaRegistry registry;
  private final InstantSource clock;
  private final StartListener listener;
  private final ModelProbe probe;
  private final AtomicBoolean rollingBack = new AtomicBoolean();
  private volatile PipelineRunner runner;

  private PipelineHost(
      Pipeline pipeline,
      Path stateDir,
      Kernels kernels,
      SchemaRegistry registry,
      InstantSource clock,
      StartListener listener,
      ModelProbe probe) {
    this.pipeline = pipeline;
    this.stateDir = stateDir;
    this.kernels = kernels;
    this.registry = registry;
    this.clock = clock;
    this.listener = listener;
    this.probe = probe;
    runner = start();
  }

  /** Starts it, as {@link PipelineRunner#start} does. */
  public static PipelineHost start(
      Pipeline pipeline,
      Path stateDir,
      Kernels kernels,
      SchemaRegistry registry,
      InstantSource clock,
      StartListener listener,
      ModelProbe probe) {
    return new PipelineHost(pipeline, stateDir, kernels, registry, clock, listener, probe);
  }

  private PipelineRunner start() {
    return PipelineRunner.start(pipeline, stateDir, kernels, registry, clock, listener, probe);
  }

  public Pipeline pipeline() {
    return pipeline;
  }

  /** By Kafka Streams' names, or {@value #ROLLING_BACK}. */
  public String state() {
    return rollingBack.get() ? ROLLING_BACK : runner.state().name();
  }

  /** What runs now. */
  public PipelineRunner runner() {
    return runner;
  }

  /**
   * Makes a published copy the model again, of one partition or of all. The pipeline goes on,
   * whatever comes of it.
   *
   * @throws PreflightException if there is no such copy, or another instance runs
   */
  public List<SnapshotInstall.Installed> rollback(OptionalInt partition, CopyName name) {
    if (!rollingBack.compareAndSet(false, true)) {
      throw new PreflightException(
          "pipeline '%s' is being rolled back already".formatted(pipeline.name()));
    }
    try {
      return restartedWith(copies(partition, name), partition.isPresent());
    } finally {
      rollingBack.set(false);
    }
  }

  /**
   * Tags a published copy, of one partition or of all.
   *
   * @return the copies that have the tag now
   * @throws PreflightException if there is no such copy
   */
  public Collection<SnapshotManifest> tag(String tag, OptionalInt partition, CopyName name) {
    Map<SnapshotTopic, SnapshotManifest> chosen = chosen(partition, name);
    SnapshotTags.tag(pipeline, tag, chosen);
    return chosen.values();
  }

  /**
   * Asks the model of one partition, or those of all, for something.
   *
   * @throws PreflightException if there is no such partition
   */
  public List<ControlTopic.Sent> control(Control control, OptionalInt partition) {
    return new ControlTopic(pipeline).send(registry, control, partition);
  }

  private synchronized List<SnapshotInstall.Installed> restartedWith(
      List<SnapshotInstall.Copy> copies, boolean ofOnePartition) {
    runner.leave();
    try {
      return new SnapshotInstall(pipeline, kernels, registry).run(pipeline, copies, ofOnePartition);
    } finally {
      runner = start();
    }
  }

  private List<SnapshotInstall.Copy> copies(OptionalInt partition, CopyName name) {
    return chosen(partition, name).entrySet().stream()
        .map(copy -> SnapshotInstall.Copy.of(copy.getKey(), copy.getValue()))
        .toList();
  }

  private Map<SnapshotTopic, SnapshotManifest> chosen(OptionalInt partition, CopyName name) {
    Map<SnapshotTopic, SnapshotManifest> chosen = new LinkedHashMap<>();
    SnapshotTopic.choose(pipeline, partition, name)
        .forEach((topic, copy) -> chosen.put(topic, readable(copy)));
    if (chosen.isEmpty()) {
      throw new PreflightException(
          "no snapshot of pipeline '%s' is kept %s%s"
              .formatted(
                  pipeline.name(),
                  name,
                  partition.isPresent() ? " for partition " + partition.getAsInt() : ""));
    }
    return chosen;
  }

  private static SnapshotManifest readable(SnapshotTopic.Copy copy) {
    return copy.manifest().orElseThrow(() -> new PreflightException(copy.problem()));
  }

  /** Waits until the pipeline ends by itself, which it does only on an error. */
  public boolean awaitEnd(Duration patience) throws InterruptedException {
    PipelineRunner running = runner;
    return running.awaitEnd(patience) && running == runner && !rollingBack.get();
  }

  /** The error that ended the pipeline. */
  public Optional<Throwable> failure() {
    return runner.failure();
  }

  /** Bytes that came from brokers so far. */
  public long bytesReceived() {
    return runner.bytesReceived();
  }

  /** Commits and stops, within a minute. */
  @Override
  public synchronized void close() {
    runner.close();
  }
}
