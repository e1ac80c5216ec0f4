package dev.millrace.app.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.app.embedded.LocalCluster;
import dev.millrace.app.pipeline.Reference.Said;
import dev.millrace.schemas.Metrics;
import dev.millrace.schemas.Prediction;
import dev.millrace.topology.config.Pipeline;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A pipeline in a process of its own that is stopped and killed while events arrive. */
class RestartTest {
  private static final int EVENTS = 9_000;
  private static final int BATCH = 48;
  private static final int BEFORE_STOP = 1_000; // ends within a batch
  private static final Duration PATIENCE = Duration.ofSeconds(90);

  @TempDir Path dir;
  private final List<Said> committed = new ArrayList<>();

  @Test
  void shouldGoOnWithTheSameWeightsAfterACleanStopAndAfterSigkillInMidBatch() throws Exception {
    try (LocalCluster cluster = LocalCluster.start(dir.resolve("cluster"))) {
      String yaml = Elec2.yaml(cluster, BATCH, 100);
      Pipeline pipeline = Elec2.pipeline(yaml);
      Path file = Files.writeString(dir.resolve("elec2.yaml"), yaml);
      cluster.createTopics(List.of(new NewTopic(Elec2.TOPIC, 1, (short) 1)));
      int schemaId = Elec2.register(cluster, pipeline);
      List<byte[]> values = Elec2.values(pipeline, schemaId, EVENTS);
      Reference reference = new Reference(pipeline, Elec2.schema(pipeline), values);

      AtomicBoolean stop = new AtomicBoolean();
      Thread feeder =
          Thread.ofPlatform()
              .unstarted(() -> feed(cluster, values.subList(BEFORE_STOP, EVENTS), stop));
      try (var predictions =
          Topics.consumer(
              cluster.bootstrapServers(), pipeline.outputs().predictions(), "read_committed")) {
        Elec2.send(cluster, values.subList(0, BEFORE_STOP));
        Process first = run(file);
        await(predictions, first, BEFORE_STOP);
        first.destroy(); // SIGTERM
        assertThat(first.waitFor(60, TimeUnit.SECONDS)).isTrue();

        feeder.start();
        Process second = run(file);
        await(predictions, second, BEFORE_STOP + 1_500);
        second.destroyForcibly().waitFor(); // SIGKILL

        Process third = run(file);
        await(predictions, third, EVENTS);
        third.destroy();
        assertThat(third.waitFor(60, TimeUnit.SECONDS)).isTrue();
        drain(predictions);
      } finally {
        stop.set(true);
        feeder.join();
      }
      assertThat(committed).isEqualTo(reference.predictions);
      Metrics last = lastMetrics(cluster, pipeline);
      assertThat(last.weightsDigest()).isEqualTo(reference.weightsDigest());
      assertThat(last.modelVersion()).isEqualTo(reference.version());
      assertThat(last.read()).isEqualTo(EVENTS);
      assertThat(last.pending()).isEqualTo(EVENTS % BATCH);
    }
  }

  /** Sends events steadily, so that stops and kills fall between them. */
  private static void feed(LocalCluster cluster, List<byte[]> values, AtomicBoolean stop) {
    try (var producer = Elec2.producer(cluster)) {
      for (int i = 0; i < values.size() && !stop.get(); i++) {
        producer.send(new ProducerRecord<>(Elec2.TOPIC, values.get(i)));
        if (i % 50 == 0) {
          java.util.concurrent.locks.LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(70));
        }
      }
    }
  }

  private Process run(Path file) throws Exception {
    Path java = Path.of(System.getProperty("java.home"), "bin", "java");
    return new ProcessBuilder(
            java.toString(),
            "-ea",
            "-Xmx512m",
            "--add-modules=jdk.incubator.vector",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-cp",
            System.getProperty("java.class.path"),
            "dev.millrace.app.Main",
            "run",
            file.toString(),
            "--state-dir",
            dir.resolve("state").toString(),
            "--allow-temporary-state")
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.appendTo(dir.resolve("run.log").toFile()))
        .start();
  }

  private void await(KafkaConsumer<byte[], byte[]> predictions, Process process, int count)
      throws Exception {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (committed.size() < count) {
      take(predictions, Duration.ofMillis(20));
      if (!process.isAlive() || System.nanoTime() > deadline) {
        throw new AssertionError(
            "%d of %d predictions, alive=%s, log: %s"
                .formatted(
                    committed.size(),
                    count,
                    process.isAlive(),
                    Files.readString(dir.resolve("run.log"))));
      }
    }
  }

  /** Reads what the ended process committed last: until the log is read to its end. */
  private void drain(KafkaConsumer<byte[], byte[]> predictions) {
    var partition = predictions.assignment().iterator().next();
    while (predictions.position(partition)
        < predictions.endOffsets(List.of(partition)).get(partition)) {
      take(predictions, Duration.ofMillis(100));
    }
  }

  private void take(KafkaConsumer<byte[], byte[]> predictions, Duration patience) {
    predictions
        .poll(patience)
        .forEach(record -> committed.add(Said.of(Prediction.decode(record.value()))));
  }

  private static Metrics lastMetrics(LocalCluster cluster, Pipeline pipeline) {
    try (var consumer =
        Topics.consumer(
            cluster.bootstrapServers(), pipeline.outputs().metrics(), "read_committed")) {
      var partition = consumer.assignment().iterator().next();
      long end = consumer.endOffsets(List.of(partition)).get(partition);
      Metrics last = null;
      while (consumer.position(partition) < end) {
        for (var record : consumer.poll(Duration.ofMillis(100))) {
          last = Metrics.decode(record.value());
        }
      }
      return last;
    }
  }
}
