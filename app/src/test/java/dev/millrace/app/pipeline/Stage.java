package dev.millrace.app.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.app.Main;
import dev.millrace.app.embedded.LocalCluster;
import dev.millrace.app.pipeline.Reference.Said;
import dev.millrace.engine.kernel.KernelChoice;
import dev.millrace.engine.kernel.Kernels;
import dev.millrace.schemas.Metrics;
import dev.millrace.schemas.Prediction;
import dev.millrace.schemas.SnapshotBlock;
import dev.millrace.schemas.SnapshotManifest;
import dev.millrace.schemas.registry.ConfluentSchemaRegistry;
import dev.millrace.schemas.registry.SchemaRegistry;
import dev.millrace.topology.PipelineRunner;
import dev.millrace.topology.config.Pipeline;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;

/** A broker with the electricity stream, and pipelines that learn it and are stopped again. */
final class Stage implements AutoCloseable {
  static final int BATCH = 32;
  private static final Kernels KERNELS = KernelChoice.select(KernelChoice.Mode.AUTO).kernels();

  final Admin admin;
  final LocalCluster cluster;
  private final Path dir;
  private final SchemaRegistry registry;
  private final int schemaId;
  private int sent;

  Stage(Path dir) throws IOException {
    this(dir, 1);
  }

  Stage(Path dir, int partitions) throws IOException {
    this.dir = dir;
    cluster = LocalCluster.start(dir.resolve("cluster"));
    registry = new ConfluentSchemaRegistry(Map.of("schema.registry.url", cluster.registryUrl()));
    admin = Topics.admin(cluster);
    cluster.createTopics(List.of(new NewTopic(Elec2.TOPIC, partitions, (short) 1)));
    schemaId = Elec2.register(cluster, Elec2.pipeline(yaml("elec2", 16)));
  }

  /** A pipeline file of that name whose hidden layers have so many units. */
  String yaml(String name, int... units) {
    StringBuilder layers = new StringBuilder();
    for (int of : units) {
      layers.append(layers.isEmpty() ? "" : ", ").append("{dense: " + of + ", activation: relu}");
    }
    return Elec2.yaml(cluster, BATCH, 200)
        .replace("kafka: {", "kafka: {consumer.session.timeout.ms: 6000, ")
        .replace("name: elec2", "name: " + name)
        .replace("{dense: 16, activation: relu}", layers);
  }

  Path file(String name, String yaml) throws IOException {
    return Files.writeString(dir.resolve(name + ".yaml"), yaml);
  }

  List<byte[]> values(int count) throws IOException {
    return Elec2.values(Elec2.pipeline(yaml("elec2", 16)), schemaId, count);
  }

  PipelineRunner start(Pipeline pipeline) {
    return PipelineRunner.start(pipeline, state(), KERNELS, registry, InstantSource.system());
  }

  SchemaRegistry registry() {
    return registry;
  }

  /** Sends the events up to before an offset, as far as they were not. */
  void send(int to) throws IOException {
    List<byte[]> values = values(to);
    Elec2.send(cluster, values.subList(Math.min(sent, to), to));
    sent = Math.max(sent, to);
  }

  /** Lets a pipeline learn the events up to before an offset, which are sent if they were not. */
  void learn(Pipeline pipeline, int to) throws Exception {
    send(to);
    try (PipelineRunner runner = start(pipeline)) {
      Topics.awaitCommitted(cluster, pipeline.name(), Elec2.TOPIC, to);
      assertThat(runner.failure()).isEmpty();
      // A change of the stopped pipeline's state then need not wait for the group.
      runner.leave();
    }
  }

  Path state() {
    return dir.resolve("state");
  }

  void removeLocalState(Pipeline pipeline) throws IOException {
    try (var paths = Files.walk(state().resolve(pipeline.name()))) {
      for (Path path : paths.sorted((a, b) -> b.compareTo(a)).toList()) {
        Files.delete(path);
      }
    }
  }

  /** What a topic holds after compaction: the newest values by key, without tombstones. */
  Map<String, byte[]> compacted(String topic) {
    Map<String, byte[]> newest = new LinkedHashMap<>();
    for (var record : Topics.committed(cluster, topic)) {
      newest.put(new String(record.key(), StandardCharsets.UTF_8), record.value());
    }
    newest.values().removeIf(Objects::isNull);
    return newest;
  }

  /** The copies of a pipeline's model by version. */
  TreeMap<Long, SnapshotManifest> manifests(Pipeline pipeline) {
    TreeMap<Long, SnapshotManifest> manifests = new TreeMap<>();
    compacted(pipeline.outputs().snapshots())
        .forEach(
            (key, value) -> {
              if (key.endsWith("/manifest")) {
                SnapshotManifest manifest = SnapshotManifest.decode(value);
                manifests.put(manifest.version(), manifest);
              }
            });
    return manifests;
  }

  /** The blocks of a copy by their keys within it. */
  Map<String, byte[]> copy(Pipeline pipeline, long version) {
    return copy(pipeline, pipeline.name() + "-0/" + version + "/");
  }

  /** The blocks of the copy of that version which has a tag. */
  Map<String, byte[]> tagged(Pipeline pipeline, String tag, long version) {
    return copy(pipeline, pipeline.name() + "-0@" + tag + "/" + version + "/");
  }

  private Map<String, byte[]> copy(Pipeline pipeline, String prefix) {
    Map<String, byte[]> blocks = new LinkedHashMap<>();
    compacted(pipeline.outputs().snapshots())
        .forEach(
            (key, value) -> {
              if (key.startsWith(prefix) && !key.endsWith("/manifest")) {
                blocks.put(key.substring(prefix.length()), SnapshotBlock.decode(value).data());
              }
            });
    return blocks;
  }

  /** What a pipeline has predicted, from an offset on. */
  List<Said> said(Pipeline pipeline, long fromOffset) {
    return Topics.committed(cluster, pipeline.outputs().predictions()).stream()
        .map(record -> Said.of(Prediction.decode(record.value())))
        .filter(said -> said.offset() >= fromOffset)
        .toList();
  }

  Metrics lastMetrics(Pipeline pipeline) {
    return Topics.lastMetrics(cluster, pipeline.outputs().metrics());
  }

  record Answer(int code, String out, String err) {
    JsonNode json() throws IOException {
      return new ObjectMapper().readTree(out);
    }
  }

  static Answer millrace(Object... args) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    String[] words = new String[args.length];
    for (int i = 0; i < args.length; i++) {
      words[i] = args[i].toString();
    }
    int code = Main.run(new PrintWriter(out), new PrintWriter(err), words);
    return new Answer(code, out.toString(), err.toString());
  }

  /** What {@code snapshots restore} says of it, done to the state of this stage. */
  JsonNode restored(Path file) throws IOException {
    return done(
        "snapshots",
        "restore",
        file,
        "--state-dir",
        state(),
        "--allow-temporary-state",
        "-o",
        "json");
  }

  /** The only element of what a command answers in JSON. */
  static JsonNode done(Object... args) throws IOException {
    Answer answer = millrace(args);
    assertThat(answer.code()).as(answer.out() + answer.err()).isZero();
    return answer.json().get(0);
  }

  @Override
  public void close() {
    admin.close();
    registry.close();
    cluster.close();
  }
}
