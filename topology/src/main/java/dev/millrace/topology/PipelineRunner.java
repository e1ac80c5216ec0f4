package dev.millrace.topology;

import dev.millrace.engine.WarmUp;
import dev.millrace.engine.kernel.Kernels;
import dev.millrace.engine.model.ModelSpec;
import dev.millrace.schemas.registry.RegistryUnavailableException;
import dev.millrace.schemas.registry.SchemaRegistry;
import dev.millrace.topology.config.Pipeline;
import dev.millrace.topology.config.StreamsSettings;
import dev.millrace.topology.error.RestartBudget;
import dev.millrace.topology.error.UserFault;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.apache.kafka.streams.CloseOptions;
import org.apache.kafka.streams.CloseOptions.GroupMembershipOperation;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.errors.StreamsException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A pipeline running against Kafka, from its first look at the brokers to its clean end. */
public final class PipelineRunner implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(PipelineRunner.class);

  /** The longest that the engine is warmed. */
  private static final Duration WARM_UP_MAX = Duration.ofSeconds(10);

  /** Longest wait for a clean end. */
  private static final Duration CLOSE_MAX = Duration.ofSeconds(60);

  /** A registry may come up at the same time as its pipelines. */
  private static final int REGISTRY_TRIES_MAX = 5;

  private static final Duration REGISTRY_PAUSE = Duration.ofSeconds(1);

  private final Pipeline pipeline;
  private final KafkaStreams streams;
  private final RegistrySchemas schemas;
  private final Path stateDir;
  private final Thread warmUp;
  private final CountDownLatch ended = new CountDownLatch(1);
  private final AtomicReference<Throwable> failure = new AtomicReference<>();

  private PipelineRunner(
      Pipeline pipeline,
      KafkaStreams streams,
      RegistrySchemas schemas,
      Path stateDir,
      Thread warmUp) {
    this.pipeline = pipeline;
    this.streams = streams;
    this.schemas = schemas;
    this.stateDir = stateDir;
    this.warmUp = warmUp;
  }

  /**
   * Checks what the pipeline needs, makes its topics and starts it.
   *
   * @param stateDir where its state lives; the same at the next start
   * @throws PreflightException if something it needs is not there
   */
  public static PipelineRunner start(
      Pipeline pipeline,
      Path stateDir,
      Kernels kernels,
      SchemaRegistry registry,
      InstantSource clock) {
    return start(pipeline, stateDir, kernels, registry, clock, StartListener.NONE, ModelProbe.NONE);
  }

  /**
   * As {@link #start(Pipeline, Path, Kernels, SchemaRegistry, InstantSource)}, and tells how the
   * start gets on, and how the models do from within.
   */
  public static PipelineRunner start(
      Pipeline pipeline,
      Path stateDir,
      Kernels kernels,
      SchemaRegistry registry,
      InstantSource clock,
      StartListener listener,
      ModelProbe probe) {
    Instant start = clock.instant();
    Preflight preflight = new Preflight(pipeline, registry);
    Preflight.Findings findings = patiently(preflight::check);
    preflight.createOutputs(findings.partitions());
    OutputSchemas ids = patiently(() -> OutputSchemas.register(registry, pipeline.outputs()));
    Properties settings =
        StreamsSettings.of(
            pipeline,
            stateDir,
            InstanceId.of(stateDir, pipeline.name()),
            findings.modelBytes(),
            findings.modelBytesMax());
    StreamsConfig config = new StreamsConfig(settings);
    RegistrySchemas schemas = new RegistrySchemas(registry, StreamsSettings.waitMax(config), clock);
    Topology topology =
        TrainTopology.build(
            pipeline, kernels, schemas, ids, CommittedOffsets.of(pipeline), config, probe);
    KafkaStreams streams = streams(pipeline, stateDir, topology, config);
    if (!CleanEnd.take(stateDir, pipeline.name())) {
      streams.cleanUp(); // whatever is there, the changelog has it as it was committed
    }
    Thread warmUp = warmUp(findings.spec(), kernels, clock);
    PipelineRunner runner = new PipelineRunner(pipeline, streams, schemas, stateDir, warmUp);
    runner.watch(new RestartBudget(clock));
    runner.tell(listener, start, clock);
    runner.streams.start();
    return runner;
  }

  /** Asks a registry that may be on its way up a few times. */
  private static <T> T patiently(Supplier<T> question) {
    for (int tries = 1; ; tries++) {
      try {
        return question.get();
      } catch (RegistryUnavailableException e) {
        if (tries == REGISTRY_TRIES_MAX || !e.passing() || Thread.currentThread().isInterrupted()) {
          throw e;
        }
        LOG.warn("trying again, {} of {}: {}", tries + 1, REGISTRY_TRIES_MAX, e.getMessage());
        LockSupport.parkNanos(REGISTRY_PAUSE.toNanos());
      }
    }
  }

  /** Warms the engine while Kafka Streams joins its group and restores. */
  private static Thread warmUp(ModelSpec spec, Kernels kernels, InstantSource clock) {
    Instant end = clock.instant().plus(WARM_UP_MAX);
    return Thread.ofPlatform()
        .daemon()
        .name("millrace-warm-up")
        .uncaughtExceptionHandler((thread, error) -> LOG.warn("the warm-up failed", error))
        .start(
            () ->
                WarmUp.run(
                    spec,
                    kernels,
                    () ->
                        !Thread.currentThread().isInterrupted() && clock.instant().isBefore(end)));
  }

  /** Kafka Streams locks its directory, and tells so only by a text. */
  private static KafkaStreams streams(
      Pipeline pipeline, Path stateDir, Topology topology, StreamsConfig config) {
    try {
      return new KafkaStreams(topology, config);
    } catch (StreamsException e) {
      if (String.valueOf(e.getMessage()).contains("Unable to initialize state")) {
        throw new PreflightException(
            "the state of pipeline '%s' in %s is in use by another running instance. Stop that one, or give this one a state directory of its own"
                .formatted(pipeline.name(), stateDir),
            e);
      }
      throw e;
    }
  }

  private void watch(RestartBudget budget) {
    streams.setUncaughtExceptionHandler(
        thrown -> {
          Throwable error =
              StateStorageException.in(thrown, stateDir).map(Throwable.class::cast).orElse(thrown);
          var response = budget.onError(error);
          failure.set(error);
          if (UserFault.in(error).isEmpty()) { // a fault of the user's is whoever runs us to tell
            LOG.error("{}: {}", response, error.getMessage());
          }
          LOG.debug("in full", error);
          return response;
        });
  }

  private void tell(StartListener listener, Instant start, InstantSource clock) {
    streams.setGlobalStateRestoreListener(new RestoreProgress(pipeline.name(), clock, listener));
    AtomicBoolean told = new AtomicBoolean();
    streams.setStateListener(
        (now, before) -> {
          LOG.info("{} after {}", now, before);
          if (now == KafkaStreams.State.RUNNING && told.compareAndSet(false, true)) {
            listener.running(Duration.between(start, clock.instant()));
          }
          if (now == KafkaStreams.State.ERROR || now == KafkaStreams.State.NOT_RUNNING) {
            ended.countDown();
          }
        });
  }

  public KafkaStreams.State state() {
    return streams.state();
  }

  /** Bytes that came from brokers so far; at least some every few seconds while one answers. */
  public long bytesReceived() {
    return streams.metrics().values().stream()
        .filter(metric -> metric.metricName().name().equals("incoming-byte-total"))
        .filter(metric -> !metric.metricName().tags().containsKey("node-id"))
        .mapToLong(metric -> ((Number) metric.metricValue()).longValue())
        .sum();
  }

  /** Waits until the pipeline ends by itself, which it does only on an error. */
  public boolean awaitEnd(Duration patience) throws InterruptedException {
    return ended.await(patience.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** The error that ended the pipeline: the cause that a person can mend, or the last one. */
  public Optional<Throwable> failure() {
    Throwable error = failure.get();
    return Optional.ofNullable(error).map(e -> UserFault.in(e).orElse(e));
  }

  /** The client of Kafka Streams, for who reads its metrics; it is not to be started or closed. */
  public KafkaStreams streams() {
    return streams;
  }

  /** Commits and stops, within a minute; the group keeps this instance's place. */
  @Override
  public void close() {
    close(GroupMembershipOperation.REMAIN_IN_GROUP);
  }

  /**
   * Commits and stops, within a minute, and gives its place in the group up, so that nobody waits
   * for it.
   */
  public void leave() {
    close(GroupMembershipOperation.LEAVE_GROUP);
  }

  private void close(GroupMembershipOperation membership) {
    warmUp.interrupt();
    schemas.close();
    boolean ended =
        streams.close(CloseOptions.timeout(CLOSE_MAX).withGroupMembershipOperation(membership));
    if (ended && failure.get() == null) {
      CleanEnd.leave(stateDir, pipeline.name());
    }
  }
}
