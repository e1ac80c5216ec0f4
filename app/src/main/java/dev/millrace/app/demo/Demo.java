package dev.millrace.app.demo;

import dev.millrace.app.data.CsvOptions;
import dev.millrace.app.data.CsvSource;
import dev.millrace.app.embedded.LocalCluster;
import dev.millrace.app.host.PipelineHost;
import dev.millrace.app.monitor.EventRate;
import dev.millrace.app.web.Dashboard;
import dev.millrace.engine.kernel.Kernels;
import dev.millrace.schemas.Metrics;
import dev.millrace.schemas.registry.ConfluentSchemaRegistry;
import dev.millrace.schemas.registry.SchemaRegistry;
import dev.millrace.schemas.registry.Subjects;
import dev.millrace.topology.config.Pipeline;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.apache.avro.Schema;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;

/**
 * Plays a real data set through the real thing in one process, and watches the topics. In a
 * directory that is kept, a second run goes on where the first stopped.
 */
public final class Demo {
  private static final Duration FRAME = Duration.ofMillis(250);
  private static final long FEEDER_STOP_MS = 5_000;

  private final DataSet data;
  private final Path dir;
  private final double eventsPerSecond;
  private final Kernels kernels;
  private final Screen screen; // null where only the result is wanted
  private final Function<Pipeline, Dashboard> dashboard;

  /** What to do when every event is predicted, learned and committed. */
  @FunctionalInterface
  public interface AtEnd {
    /** Takes the result, by the names of {@code -o json}; true to go on until stopped. */
    boolean stayAfter(Map<String, Object> result) throws IOException;
  }

  /**
   * A demo that has not begun.
   *
   * @param screen null where only the result is wanted
   * @param dashboard opens the page of the pipeline
   */
  public Demo(
      DataSet data,
      Path dir,
      double eventsPerSecond,
      Kernels kernels,
      Screen screen,
      Function<Pipeline, Dashboard> dashboard) {
    this.dashboard = dashboard;
    this.data = data;
    this.dir = dir;
    this.eventsPerSecond = eventsPerSecond;
    this.kernels = kernels;
    this.screen = screen;
  }

  /**
   * Runs until {@code stop} says so, or until every event is predicted, learned and committed and
   * {@code atEnd} does not want to stay.
   *
   * @return the result; nothing if it was stopped before
   */
  public Optional<Map<String, Object>> run(BooleanSupplier stop, AtEnd atEnd)
      throws IOException, InterruptedException {
    try (LocalCluster cluster = LocalCluster.start(dir.resolve("cluster"))) {
      Pipeline pipeline = local(data.pipeline(), cluster);
      if (screen != null) {
        screen.say("kafka            " + cluster.bootstrapServers());
        screen.say("schema registry  " + cluster.registryUrl());
        screen.say(
            "pipeline         examples/%s.yaml, %s → %s"
                .formatted(
                    data.name(), pipeline.input().topic(), pipeline.outputs().predictions()));
      }
      cluster.createTopics(List.of(new NewTopic(pipeline.input().topic(), 1, (short) 1)));
      try (SchemaRegistry registry = new ConfluentSchemaRegistry(pipeline.registry());
          Dashboard page = dashboard.apply(pipeline)) {
        if (screen != null) {
          page.url().ifPresent(url -> screen.say("dashboard        " + url));
        }
        return play(pipeline, registry, page, stop, atEnd);
      }
    }
  }

  /** The data set's own pipeline, pointed at the cluster and committing often enough to watch. */
  private static Pipeline local(Pipeline pipeline, LocalCluster cluster) {
    Map<String, String> kafka = new LinkedHashMap<>(pipeline.kafka());
    kafka.put("bootstrap.servers", cluster.bootstrapServers());
    kafka.put("commit.interval.ms", "250");
    return pipeline.connectedTo(kafka, Map.of("schema.registry.url", cluster.registryUrl()));
  }

  private Optional<Map<String, Object>> play(
      Pipeline pipeline, SchemaRegistry registry, Dashboard page, BooleanSupplier stop, AtEnd atEnd)
      throws IOException, InterruptedException {
    Path file = data.unpack(dir);
    Schema schema = CsvSource.schema(file, pipeline, CsvOptions.DEFAULT);
    int schemaId = registry.register(Subjects.value(pipeline.input().topic()), schema);
    Feeder feeder = new Feeder(pipeline, file, schemaId, eventsPerSecond, present(pipeline));
    try (PipelineHost host =
            PipelineHost.start(
                pipeline,
                dir.resolve("state"),
                kernels,
                registry,
                InstantSource.system(),
                page.listener(pipeline),
                page.probe(pipeline));
        Watcher watcher = new Watcher(pipeline)) {
      page.watch(host);
      long startNanos = System.nanoTime();
      Thread feeding = Thread.ofPlatform().name("millrace-feeder").start(feeder);
      try {
        if (!watch(feeder, host, watcher, stop)) {
          return Optional.empty();
        }
        Map<String, Object> result = result(watcher, (System.nanoTime() - startNanos) / 1e9);
        boolean stay = atEnd.stayAfter(result);
        while (stay && !stop.getAsBoolean() && !(screen != null && screen.isClosed())) {
          watcher.poll(FRAME);
        }
        return Optional.of(result);
      } finally {
        feeder.stop();
        feeding.join(FEEDER_STOP_MS);
      }
    }
  }

  /** Events that the input topic holds from a run before. */
  private static long present(Pipeline pipeline) throws InterruptedException {
    TopicPartition partition = new TopicPartition(pipeline.input().topic(), 0);
    try (Admin admin =
        Admin.create(Map.of("bootstrap.servers", pipeline.kafka().get("bootstrap.servers")))) {
      return admin
          .listOffsets(Map.of(partition, OffsetSpec.latest()))
          .partitionResult(partition)
          .get()
          .offset();
    } catch (ExecutionException e) {
      throw new IllegalStateException("the broker in this process does not answer", e);
    }
  }

  /** Shows the figures until all is learned and seen; false if stopped before. */
  private boolean watch(Feeder feeder, PipelineHost host, Watcher watcher, BooleanSupplier stop)
      throws InterruptedException {
    EventRate pace = new EventRate();
    while (!stop.getAsBoolean()) {
      watcher.poll(FRAME);
      boolean all = feeder.done() && watcher.hasSeen(feeder.produced());
      if (screen != null) {
        screen.show(
            watcher.metrics(),
            feeder.produced(),
            pace.perSecond(watcher.predictions(), System.nanoTime()));
      }
      if (all) {
        if (screen != null) {
          screen.end(watcher.metrics(), pace.perSecond(watcher.predictions(), System.nanoTime()));
        }
        return true;
      }
      if (screen != null && screen.isClosed()) {
        return false;
      }
      if (feeder.failure() != null) {
        throw new IllegalStateException("producing failed", feeder.failure());
      }
      if (host.awaitEnd(Duration.ZERO)) {
        throw new IllegalStateException("the pipeline stopped", host.failure().orElse(null));
      }
    }
    return false;
  }

  private static Map<String, Object> result(Watcher watcher, double seconds) {
    Metrics metrics = watcher.metrics();
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("events", metrics.read());
    result.put("labelled", metrics.labelled());
    result.put("learned", metrics.learned());
    result.put("predictions", watcher.predictions());
    result.put("dead_letters", watcher.deadLetters());
    result.put("version", metrics.modelVersion());
    metrics
        .metrics()
        .forEach(
            (name, value) -> {
              if (List.of("accuracy", "log_loss", "mae", "rmse").contains(name)) {
                result.put(name, value);
              }
            });
    result.put("seconds", seconds);
    result.put("weights_digest", metrics.weightsDigest());
    return result;
  }
}
