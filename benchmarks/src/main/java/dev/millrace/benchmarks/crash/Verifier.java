package dev.millrace.benchmarks.crash;

import dev.millrace.app.data.CsvOptions;
import dev.millrace.app.data.CsvSource;
import dev.millrace.app.eval.Evaluation;
import dev.millrace.engine.Learner;
import dev.millrace.engine.kernel.KernelChoice;
import dev.millrace.engine.state.StateException;
import dev.millrace.schemas.Metrics;
import dev.millrace.schemas.Prediction;
import dev.millrace.schemas.SnapshotManifest;
import dev.millrace.topology.LearningLoop;
import dev.millrace.topology.Names;
import dev.millrace.topology.config.Pipeline;
import dev.millrace.topology.error.DeadLetterHeaders;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.avro.Schema;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Headers;

/**
 * Reads all that a pipeline has said, computes from its input what it must have said, and compares
 * record by record and bit by bit, as the system test of exactly-once of Kafka Streams does. The
 * pipeline has taken all its input and has ended.
 */
final class Verifier {
  private static final long DECIDED_MAX_S = 60;
  private static final long GLANCE_MS = 100;
  private static final String MANIFEST = "/manifest";

  private final Pipeline pipeline;
  private final Schema schema;
  private final int partitions;
  private final String servers;

  /**
   * @param schema of the events
   */
  Verifier(Pipeline pipeline, Schema schema, int partitions) {
    this.pipeline = pipeline;
    this.schema = schema;
    this.partitions = partitions;
    servers = pipeline.kafka().get("bootstrap.servers");
  }

  /** Waits until no transaction is open: every record of the outputs is committed or aborted. */
  void awaitDecided() throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(DECIDED_MAX_S);
    try (Log committed = new Log(servers, Log.COMMITTED);
        Log uncommitted = new Log(servers, Log.UNCOMMITTED)) {
      for (TopicPartition partition : outputs()) {
        while (committed.end(partition) < uncommitted.end(partition)) {
          if (System.nanoTime() > deadline) {
            throw new CrashException("a transaction hangs, partition=" + partition);
          }
          Thread.sleep(GLANCE_MS);
        }
      }
    }
  }

  private List<TopicPartition> outputs() {
    Pipeline.Outputs outputs = pipeline.outputs();
    List<TopicPartition> all = new ArrayList<>();
    for (String topic :
        List.of(
            outputs.predictions(),
            outputs.deadLetters(),
            outputs.snapshots(),
            outputs.metrics(),
            Names.changelog(pipeline))) {
      for (int partition = 0; partition < partitions; partition++) {
        all.add(new TopicPartition(topic, partition));
      }
    }
    return all;
  }

  /**
   * Compares.
   *
   * @param isolation of the reader: anything but {@link Log#COMMITTED} must find breaks where
   *     transactions were aborted
   * @param file the rows that were sent
   * @param passes how often all of them were
   */
  Verdict verify(String isolation, Path file, int passes) throws IOException {
    long events = 0;
    Breaks breaks = Breaks.NONE;
    boolean metricsEqual = true;
    boolean changelogEqual = true;
    boolean evalEqual = true;
    try (Log log = new Log(servers, isolation)) {
      for (int partition = 0; partition < partitions; partition++) {
        var input = log.read(new TopicPartition(pipeline.input().topic(), partition));
        Expected expected = new Expected(pipeline, schema, input);
        events += input.size();
        breaks = breaks.plus(breaks(log, partition, expected));
        metricsEqual &= metricsEqual(log, partition, expected);
        changelogEqual &= changelogEqual(log, partition, expected);
        if (partitions == 1) {
          evalEqual = digest(expected.loop()).equals(evaluated(file, passes));
        }
      }
    }
    return new Verdict(events, breaks, metricsEqual, changelogEqual, evalEqual);
  }

  private Breaks breaks(Log log, int partition, Expected expected) {
    Pipeline.Outputs outputs = pipeline.outputs();
    List<Entry> predictions = new ArrayList<>();
    log.read(
        new TopicPartition(outputs.predictions(), partition),
        record -> predictions.add(entry(Prediction.decode(record.value()))));
    List<Entry> deadLetters = new ArrayList<>();
    log.read(
        new TopicPartition(outputs.deadLetters(), partition),
        record -> deadLetters.add(deadLetter(record.headers())));
    List<Entry> snapshots = new ArrayList<>();
    log.read(
        new TopicPartition(outputs.snapshots(), partition),
        record -> {
          if (isManifest(record)) {
            SnapshotManifest manifest = SnapshotManifest.decode(record.value());
            snapshots.add(new Entry(manifest.version(), List.of(manifest.weightsDigest())));
          }
        });
    return Breaks.between(expected.predictions, predictions)
        .plus(Breaks.between(expected.deadLetters, deadLetters))
        .plus(Breaks.between(expected.snapshots, snapshots));
  }

  private static Entry entry(Prediction said) {
    return new Entry(
        said.offset(),
        Arrays.asList(
            said.modelVersion(),
            said.eventTime(),
            Expected.bits(said.outputs()),
            said.loss(),
            said.lower(),
            said.upper(),
            said.setProbabilityMin(),
            said.attributions().stream().map(of -> of.feature() + "=" + of.value()).toList(),
            Map.copyOf(said.expertWeights())));
  }

  private static Entry deadLetter(Headers headers) {
    return new Entry(
        Long.parseLong(text(headers, DeadLetterHeaders.OFFSET)),
        List.of(text(headers, DeadLetterHeaders.REASON)));
  }

  private static String text(Headers headers, String name) {
    return new String(headers.lastHeader(name).value(), StandardCharsets.UTF_8);
  }

  private static boolean isManifest(ConsumerRecord<byte[], byte[]> record) {
    return record.value() != null
        && new String(record.key(), StandardCharsets.UTF_8).endsWith(MANIFEST);
  }

  private boolean metricsEqual(Log log, int partition, Expected expected) {
    var records = log.read(new TopicPartition(pipeline.outputs().metrics(), partition));
    if (records.isEmpty()) {
      return false;
    }
    Metrics last = Metrics.decode(records.getLast().value());
    LearningLoop loop = expected.loop();
    return last.weightsDigest().equals(digest(loop))
        && last.read() == loop.state().read()
        && last.learned() == loop.counters().learned()
        && last.undersampled() == loop.counters().undersampled()
        && last.pending() == loop.counters().pending();
  }

  private boolean changelogEqual(Log log, int partition, Expected expected) {
    Map<String, byte[]> blocks = new HashMap<>();
    log.read(
        new TopicPartition(Names.changelog(pipeline), partition),
        record -> blocks.put(new String(record.key(), StandardCharsets.UTF_8), record.value()));
    try (LearningLoop stored = Expected.stored(pipeline, schema, blocks)) {
      return Expected.bits(stored).equals(Expected.bits(expected.loop()));
    } catch (StateException e) { // not even a model
      return false;
    }
  }

  private static String digest(LearningLoop loop) {
    return loop.learner().map(Learner::weightsDigest).orElse("");
  }

  private String evaluated(Path file, int passes) throws IOException {
    var kernels = KernelChoice.select(KernelChoice.Mode.AUTO).kernels();
    try (Evaluation evaluation = new Evaluation(pipeline, kernels)) {
      for (int pass = 0; pass < passes; pass++) {
        try (CsvSource rows = CsvSource.open(file, pipeline, CsvOptions.DEFAULT)) {
          evaluation.pass(rows, Optional.empty());
        }
      }
      return evaluation.result().get("weights_digest").toString();
    }
  }
}
