package dev.millrace.benchmarks.operation;

import dev.millrace.app.data.CsvOptions;
import dev.millrace.app.data.CsvSource;
import dev.millrace.benchmarks.crash.Group;
import dev.millrace.benchmarks.process.BrokerProcess;
import dev.millrace.schemas.registry.ConfluentSchemaRegistry;
import dev.millrace.schemas.registry.SchemaRegistry;
import dev.millrace.schemas.registry.Subjects;
import dev.millrace.schemas.wire.WireFormat;
import dev.millrace.topology.Names;
import dev.millrace.topology.config.Pipeline;
import dev.millrace.topology.config.PipelineParser;
import dev.millrace.topology.config.SpecResolver;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.avro.Schema;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.TopicPartition;
import org.snakeyaml.engine.v2.api.Dump;
import org.snakeyaml.engine.v2.api.DumpSettings;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** A broker in a JVM of its own, an input topic of one partition, and the user's pipeline on it. */
final class Site implements AutoCloseable {
  private static final int EVENTS_MAX = 100_000;
  private static final List<String> BROKER_FLAGS = List.of("-Xmx1g", "-XX:+UseSerialGC");

  private final Path dir;
  private final Path user;
  private final BrokerProcess broker;
  private final Pipeline pipeline;
  private final Schema schema;
  private final List<byte[]> events;
  private final Admin admin;
  private final Group group;

  /**
   * Starts the broker and makes the topic; nothing is sent yet.
   *
   * @param user the pipeline file, of which the connections do not count
   * @param data a .csv or .tsv file, of which the first rows are the events
   * @param dir exists
   */
  Site(Path user, Path data, Path dir)
      throws IOException, InterruptedException, ExecutionException {
    this.dir = dir;
    this.user = user;
    broker = BrokerProcess.start(dir.resolve("broker"), 0, 0, BROKER_FLAGS);
    pipeline = PipelineParser.parse(write(Map.of()));
    schema = CsvSource.schema(data, pipeline, CsvOptions.DEFAULT);
    admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()));
    String topic = pipeline.input().topic();
    admin.createTopics(List.of(new NewTopic(topic, 1, (short) 1))).all().get();
    try (SchemaRegistry registry = new ConfluentSchemaRegistry(pipeline.registry())) {
      events = events(data, registry.register(Subjects.value(topic), schema));
    }
    group = new Group(pipeline, 1);
  }

  private Path write(Map<String, String> kafka) throws IOException {
    Object parsed = new Load(LoadSettings.builder().build()).loadFromString(Files.readString(user));
    Map<Object, Object> tree = new LinkedHashMap<>((Map<?, ?>) parsed);
    Map<Object, Object> settings = new LinkedHashMap<>();
    if (tree.get("kafka") instanceof Map<?, ?> stated) {
      settings.putAll(stated);
    }
    settings.putAll(kafka);
    settings.put("bootstrap.servers", broker.bootstrapServers());
    tree.put("kafka", settings);
    tree.put("registry", Map.of("schema.registry.url", broker.registryUrl()));
    String text = new Dump(DumpSettings.builder().build()).dumpToString(tree);
    return Files.writeString(dir.resolve("pipeline.yaml"), text);
  }

  private List<byte[]> events(Path data, int schemaId) throws IOException {
    List<byte[]> values = new ArrayList<>();
    try (CsvSource rows = CsvSource.open(data, pipeline, CsvOptions.DEFAULT)) {
      while (values.size() < EVENTS_MAX && rows.next()) {
        values.add(WireFormat.frame(schemaId, rows.buffer(), rows.length()));
      }
    }
    return values;
  }

  Pipeline pipeline() {
    return pipeline;
  }

  String bootstrapServers() {
    return broker.bootstrapServers();
  }

  /** Bytes of a model with its optimiser's slots. */
  long modelBytes() {
    return SpecResolver.resolve(pipeline, schema).networkBytes();
  }

  /** Bytes of the changelog on the broker's disk: what a restore reads. */
  long changelogBytes() throws InterruptedException, ExecutionException {
    TopicPartition changelog = new TopicPartition(Names.changelog(pipeline), 0);
    long bytes = 0;
    for (var broker : admin.describeLogDirs(List.of(1)).allDescriptions().get().values()) {
      for (var disk : broker.values()) {
        var replica = disk.replicaInfos().get(changelog);
        bytes += replica == null ? 0 : replica.size();
      }
    }
    return bytes;
  }

  /** Events that are learned and committed. */
  long committed() throws InterruptedException {
    return Group.sum(group.committed());
  }

  /**
   * Starts the pipeline on the state that it had.
   *
   * @param kafka settings over those of its file
   */
  PipelineProcess startPipeline(Map<String, String> kafka) throws IOException {
    return PipelineProcess.run(write(kafka), dir.resolve("state"), dir.resolve("pipeline.log"));
  }

  /** Sends events without end; at most so many wait. */
  Feed startFeed(int waitingMax) {
    return Feed.start(
        broker.bootstrapServers(), group, pipeline.input().topic(), events, waitingMax);
  }

  @Override
  public void close() {
    group.close();
    admin.close();
    broker.close();
  }
}
