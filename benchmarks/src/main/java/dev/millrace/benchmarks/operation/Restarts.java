package dev.millrace.benchmarks.operation;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Ends a pipeline that is learning, starts it again, and looks how long it takes to come back. */
final class Restarts {
  private static final Pattern RUNNING = Pattern.compile("running, [0-9.]+ s after the start");
  private static final Pattern RESTORED =
      Pattern.compile("restored ([0-9]+) blocks in ([0-9.]+) s");
  private static final Duration GLANCE = Duration.ofMillis(20);
  private static final Duration PATIENCE = Duration.ofMinutes(5);
  private static final int COMMITS_BETWEEN = 2;

  /** How a life ends. */
  enum End {
    /** SIGKILL: the state is read back from the changelog. */
    KILLED,
    /** SIGTERM: the state on the disk is kept. */
    STOPPED
  }

  /**
   * One return.
   *
   * @param kafka the settings that were tried
   * @param runningSeconds from the start of the process
   * @param predictionSeconds from there to the first prediction that is committed
   * @param restoreSeconds the restore alone; 0 if there was none
   * @param blocks read back
   * @param changelogBytes on the broker's disk when the process was started
   */
  record Return(
      End end,
      Map<String, String> kafka,
      double runningSeconds,
      double predictionSeconds,
      double restoreSeconds,
      long blocks,
      long changelogBytes) {}

  /**
   * What to measure.
   *
   * @param variants Kafka settings that take turns
   * @param rounds of each variant and end
   * @param waitingMax events that wait while the pipeline is away
   */
  record Settings(
      Path pipeline, Path data, List<Map<String, String>> variants, int rounds, int waitingMax) {}

  /** The returns, and the bytes of the model with its optimiser's slots. */
  record Result(List<Return> returns, long modelBytes) {}

  private final Site site;
  private final Consumer<String> progress;
  private PipelineProcess process;

  private Restarts(Site site, Consumer<String> progress) {
    this.site = site;
    this.progress = progress;
  }

  /**
   * Measures.
   *
   * @param dir exists, and is empty
   */
  static Result run(Settings settings, Path dir, Consumer<String> progress)
      throws IOException, InterruptedException, ExecutionException {
    try (Site site = new Site(settings.pipeline(), settings.data(), dir);
        Feed feed = site.startFeed(settings.waitingMax())) {
      List<Return> returns = new Restarts(site, progress).rounds(settings);
      feed.mustWork();
      return new Result(returns, site.modelBytes());
    }
  }

  private List<Return> rounds(Settings settings)
      throws IOException, InterruptedException, ExecutionException {
    List<Return> returns = new ArrayList<>();
    process = site.startPipeline(Map.of());
    try {
      for (int round = 0; round < settings.rounds(); round++) {
        for (Map<String, String> kafka : settings.variants()) {
          for (End end : ends(kafka)) {
            awaitCommits();
            Return one = comeBack(end, kafka);
            returns.add(one);
            progress.accept(one.toString());
          }
        }
      }
    } finally {
      process.close();
    }
    return returns;
  }

  /** Settings that are tried are those of a restore, which a stopped pipeline does without. */
  static List<End> ends(Map<String, String> kafka) {
    return kafka.isEmpty() ? List.of(End.values()) : List.of(End.KILLED);
  }

  private void awaitCommits() throws IOException, InterruptedException {
    for (int i = 0; i < COMMITS_BETWEEN; i++) {
      long before = site.committed();
      await("a commit", () -> site.committed() > before);
    }
  }

  private Return comeBack(End end, Map<String, String> kafka)
      throws IOException, InterruptedException, ExecutionException {
    if (end == End.KILLED) {
      process.kill();
    } else {
      process.stop();
    }
    process.close();
    long changelogBytes = site.changelogBytes();
    try (KafkaConsumer<byte[], byte[]> predictions = predictions()) {
      process = site.startPipeline(kafka);
      await("the pipeline to run", () -> process.said(RUNNING).isPresent());
      double running = process.secondsSinceStart();
      await("a prediction", () -> !predictions.poll(GLANCE).isEmpty());
      double prediction = process.secondsSinceStart();
      MatchResult restored = process.said(RESTORED).orElse(null);
      return new Return(
          end,
          kafka,
          running,
          prediction,
          restored == null ? 0 : Double.parseDouble(restored.group(2)),
          restored == null ? 0 : Long.parseLong(restored.group(1)),
          changelogBytes);
    }
  }

  /** A reader of what is committed from now on. */
  private KafkaConsumer<byte[], byte[]> predictions() {
    KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(
            Map.of(
                "bootstrap.servers", site.bootstrapServers(), "isolation.level", "read_committed"),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer());
    var partition = new TopicPartition(site.pipeline().outputs().predictions(), 0);
    consumer.assign(List.of(partition));
    consumer.seekToEnd(List.of(partition));
    consumer.position(partition); // seeks now
    return consumer;
  }

  /** Something to wait for. */
  @FunctionalInterface
  private interface Condition {
    boolean holds() throws IOException, InterruptedException;
  }

  private void await(String what, Condition condition) throws IOException, InterruptedException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.holds()) {
      process.mustLive();
      if (System.nanoTime() > deadline) {
        throw new IOException("waited in vain for " + what);
      }
      Thread.sleep(GLANCE);
    }
  }
}
