package dev.millrace.app.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.millrace.app.embedded.LocalCluster;
import dev.millrace.app.pipeline.Reference.Said;
import dev.millrace.engine.kernel.KernelChoice;
import dev.millrace.engine.kernel.Kernels;
import dev.millrace.engine.state.Digest;
import dev.millrace.schemas.Metrics;
import dev.millrace.schemas.Prediction;
import dev.millrace.schemas.SnapshotBlock;
import dev.millrace.schemas.SnapshotManifest;
import dev.millrace.schemas.registry.ConfluentSchemaRegistry;
import dev.millrace.schemas.registry.SchemaRegistry;
import dev.millrace.topology.PipelineRunner;
import dev.millrace.topology.PreflightException;
import dev.millrace.topology.config.Pipeline;
import dev.millrace.topology.store.LoopState;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A pipeline in this process against a real broker. */
class PipelineTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Kernels KERNELS = KernelChoice.select(KernelChoice.Mode.AUTO).kernels();

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
    return run(pipeline, "state");
  }

  private PipelineRunner run(Pipeline pipeline, String state) {
    return PipelineRunner.start(
        pipeline, dir.resolve(state), KERNELS, registry, InstantSource.system());
  }

  private List<ConsumerRecord<byte[], byte[]>> committed(String topic) {
    return Topics.committed(cluster, topic);
  }

  /**
   * The contract with Kafka's internals that {@code ModelStore} rests on; read it at every upgrade:
   * the hook runs before each commit, what it writes and forwards is in the transaction of the
   * offsets, and it may forward although no record is being processed.
   */
  @Test
  void shouldCommitOffsetsStateAndPredictionsOfAPartialBatchInOneTransaction() throws Exception {
    Pipeline pipeline = Elec2.pipeline(Elec2.yaml(cluster, 32, 200));
    cluster.createTopics(List.of(new NewTopic(Elec2.TOPIC, 1, (short) 1)));
    int schemaId = Elec2.register(cluster, pipeline);
    List<byte[]> values = Elec2.values(pipeline, schemaId, 1_007);
    try (PipelineRunner runner = run(pipeline)) {
      for (int end : new int[] {500, 507, 1_007}) {
        int from = committed(pipeline.outputs().predictions()).size();
        Elec2.send(cluster, values.subList(from, end));
        Elec2.awaitCommitted(cluster, end);
        assertThat(committed(pipeline.outputs().predictions())).hasSize(end);
        Map<String, byte[]> changelog = changelog();
        LoopState state = LoopState.fromBytes(changelog.get(LoopState.KEY));
        assertThat(state.nextOffset()).isEqualTo(end);
        assertThat(changelog).containsKey("pend/" + (end % 32 - 1));
      }
      assertThat(runner.failure()).isEmpty();
    }
    Reference reference = new Reference(pipeline, Elec2.schema(pipeline), values);
    List<Said> said =
        committed(pipeline.outputs().predictions()).stream()
            .map(record -> Said.of(Prediction.decode(record.value())))
            .toList();
    assertThat(said).isEqualTo(reference.predictions);
    assertThat(lastMetrics(pipeline).weightsDigest()).isEqualTo(reference.weightsDigest());
    assertThatTheNewestSnapshotsAreWhole(pipeline, reference);
  }

  private Map<String, byte[]> changelog() {
    Map<String, byte[]> latest = new HashMap<>();
    for (var record : committed("elec2-model-changelog")) {
      latest.put(new String(record.key(), StandardCharsets.UTF_8), record.value());
    }
    return latest;
  }

  private Metrics lastMetrics(Pipeline pipeline) {
    return Metrics.decode(committed(pipeline.outputs().metrics()).getLast().value());
  }

  /** Every snapshot that was not retired can be read whole, block by block, by its manifest. */
  private void assertThatTheNewestSnapshotsAreWhole(Pipeline pipeline, Reference reference) {
    Map<String, byte[]> topic = new LinkedHashMap<>();
    for (var record : committed(pipeline.outputs().snapshots())) {
      topic.put(new String(record.key(), StandardCharsets.UTF_8), record.value());
    }
    topic.values().removeIf(java.util.Objects::isNull);
    List<Long> versions = new ArrayList<>();
    Map<String, byte[]> unnamed = new HashMap<>(topic);
    topic.forEach(
        (key, value) -> {
          if (key.endsWith("/manifest")) {
            SnapshotManifest manifest = SnapshotManifest.decode(value);
            versions.add(manifest.version());
            unnamed.remove(key);
            for (var block : manifest.blocks()) {
              String blockKey = "elec2-0/" + manifest.version() + "/" + block.key();
              byte[] data = SnapshotBlock.decode(topic.get(blockKey)).data();
              assertThat(Digest.hex(Digest.sha256(data))).isEqualTo(block.sha256());
              unnamed.remove(blockKey);
            }
          }
        });
    int made = reference.snapshots.size();
    assertThat(versions).isEqualTo(reference.snapshots.subList(made - 2, made));
    assertThat(unnamed).isEmpty();
  }

  @Test
  void shouldDeadLetterABadEventWithItsBytesAndTheReasonAndLearnItsNeighbours() throws Exception {
    Pipeline pipeline = Elec2.pipeline(Elec2.yaml(cluster, 4, 200));
    cluster.createTopics(List.of(new NewTopic(Elec2.TOPIC, 1, (short) 1)));
    int schemaId = Elec2.register(cluster, pipeline);
    List<byte[]> good = Elec2.values(pipeline, schemaId, 20);
    List<byte[]> values = new ArrayList<>(good);
    byte[] cut = Arrays.copyOf(good.get(3), 9);
    values.add(5, cut);
    values.add(9, new byte[] {7, 7, 7});
    values.add(11, null);
    values.add(13, new byte[] {0, 0, 0, 0, 99, 1});
    Elec2.send(cluster, values);
    try (PipelineRunner runner = run(pipeline)) {
      Elec2.awaitCommitted(cluster, values.size());
      assertThat(runner.failure()).isEmpty();
    }
    List<ConsumerRecord<byte[], byte[]>> letters = committed(pipeline.outputs().deadLetters());
    assertThat(letters.stream().map(letter -> header(letter, "millrace.reason")))
        .containsExactly("truncated", "not_wire_format", "empty", "unknown_schema");
    assertThat(letters.getFirst().value()).isEqualTo(cut);
    assertThat(header(letters.getFirst(), "__streams.errors.topic")).isEqualTo(Elec2.TOPIC);
    assertThat(header(letters.getFirst(), "__streams.errors.partition")).isEqualTo("0");
    assertThat(header(letters.getFirst(), "__streams.errors.offset")).isEqualTo("5");
    assertThat(header(letters.getFirst(), "__streams.errors.message")).isNotBlank();
    Metrics metrics = lastMetrics(pipeline);
    assertThat(metrics.deadLettered()).isEqualTo(4);
    assertThat(metrics.read()).isEqualTo(metrics.predicted() + metrics.deadLettered());
    assertThat(metrics.weightsDigest())
        .as("bad events leave no trace in the weights")
        .isEqualTo(new Reference(pipeline, Elec2.schema(pipeline), good).weightsDigest());
  }

  private static String header(ConsumerRecord<byte[], byte[]> record, String name) {
    return new String(record.headers().lastHeader(name).value(), StandardCharsets.UTF_8);
  }

  /** Sixty events to the first of two partitions and forty to the second. */
  private List<byte[]> sendToTwoPartitions(Pipeline pipeline) throws Exception {
    cluster.createTopics(List.of(new NewTopic(Elec2.TOPIC, 2, (short) 1)));
    int schemaId = Elec2.register(cluster, pipeline);
    List<byte[]> values = Elec2.values(pipeline, schemaId, 100);
    try (var producer = Elec2.producer(cluster)) {
      for (int i = 0; i < 100; i++) {
        producer.send(
            new org.apache.kafka.clients.producer.ProducerRecord<>(
                Elec2.TOPIC, i < 60 ? 0 : 1, null, values.get(i)));
      }
    }
    return values;
  }

  @Test
  void shouldLearnEachInputPartitionInAModelOfItsOwn() throws Exception {
    Pipeline pipeline = Elec2.pipeline(Elec2.yaml(cluster, 8, 200));
    List<byte[]> values = sendToTwoPartitions(pipeline);
    try (PipelineRunner runner = run(pipeline)) {
      Elec2.awaitCommitted(cluster, 60);
      assertThat(runner.failure()).isEmpty();
    }
    assertThat(lastMetrics(pipeline).weightsDigest())
        .isEqualTo(
            new Reference(pipeline, Elec2.schema(pipeline), values.subList(0, 60)).weightsDigest());
    assertThat(committed(pipeline.outputs().predictions())).hasSize(60);
  }

  @Test
  void shouldEndTheThreadsOfAModelThatMovesAwayIsClosedOrIsRefused() throws Exception {
    Pipeline pipeline = Elec2.pipeline(Elec2.yaml(cluster, 8, 200) + "threads: 3\n");
    sendToTwoPartitions(pipeline);
    try (PipelineRunner first = run(pipeline)) {
      Elec2.awaitCommitted(cluster, 60);
      await().atMost(PATIENCE).until(() -> workers().size() == 4);
      Set<Thread> before = workers();
      assertThat(before.stream().map(Thread::getName))
          .containsExactlyInAnyOrder(
              "elec2-0-worker-1", "elec2-0-worker-2", "elec2-1-worker-1", "elec2-1-worker-2");
      try (PipelineRunner second = run(pipeline, "another-state")) {
        await().atMost(PATIENCE).until(() -> workers().size() == 4 && !workers().equals(before));
        assertThat(workers()).filteredOn(before::contains).as("the model that stayed").hasSize(2);
        assertThat(second.failure()).isEmpty();
      }
      assertThat(first.failure()).isEmpty();
    }
    await().atMost(PATIENCE).until(() -> workers().isEmpty());
    Pipeline other = Elec2.pipeline(Elec2.yaml(cluster, 9, 200) + "threads: 3\n");
    try (PipelineRunner refused = run(other)) {
      assertThat(refused.awaitEnd(PATIENCE)).isTrue();
      assertThat(refused.failure())
          .get()
          .asInstanceOf(InstanceOfAssertFactories.THROWABLE)
          .hasMessageContaining("batch: was 8, is 9");
    }
    await().atMost(PATIENCE).until(() -> workers().isEmpty());
  }

  private static Set<Thread> workers() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().matches("elec2-[01]-worker-[0-9]+"))
        .collect(Collectors.toSet());
  }

  @Test
  void shouldSayWhatIsMissingBeforeItStarts() throws Exception {
    Pipeline pipeline = Elec2.pipeline(Elec2.yaml(cluster, 8, 200));
    assertThatThrownBy(() -> run(pipeline))
        .isInstanceOf(PreflightException.class)
        .hasMessageContaining("topic 'electricity' is not there");
    cluster.createTopics(List.of(new NewTopic(Elec2.TOPIC, 1, (short) 1)));
    assertThatThrownBy(() -> run(pipeline))
        .isInstanceOf(PreflightException.class)
        .hasMessageContaining("no subject 'electricity-value'");
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", cluster.bootstrapServers()))) {
      Set<String> topics = admin.listTopics().names().get();
      assertThat(topics).as("nothing was made").doesNotContain("elec2.predictions");
    }
    Elec2.register(cluster, pipeline);
    Pipeline typo =
        Elec2.pipeline(Elec2.yaml(cluster, 8, 200).replace("field: class", "field: klass"));
    assertThatThrownBy(() -> run(typo))
        .isInstanceOf(PreflightException.class)
        .hasMessageContaining("label 'klass' is no field");
  }
}
