package dev.millrace.app.pipeline;

import dev.millrace.app.data.CsvOptions;
import dev.millrace.app.data.CsvSource;
import dev.millrace.app.embedded.LocalCluster;
import dev.millrace.schemas.registry.ConfluentSchemaRegistry;
import dev.millrace.schemas.registry.SchemaRegistry;
import dev.millrace.schemas.registry.Subjects;
import dev.millrace.schemas.wire.WireFormat;
import dev.millrace.topology.config.Pipeline;
import dev.millrace.topology.config.PipelineParser;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** The first rows of the electricity stream as events, and a pipeline that learns them. */
final class Elec2 {
  static final String TOPIC = "electricity";
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Path FILE = Path.of("../examples/data/elec2.csv.gz");

  private Elec2() {}

  /**
   * A pipeline file whose batch does not divide the events and whose commits cut batches. The half
   * hour of the day, 0 to 1, is the weight of an event.
   */
  static String yaml(LocalCluster cluster, int batch, long commitMs) {
    return yaml(cluster.bootstrapServers(), cluster.registryUrl(), batch, commitMs);
  }

  /** As {@link #yaml(LocalCluster, int, long)}, wherever Kafka and the registry are. */
  static String yaml(String bootstrapServers, String registryUrl, int batch, long commitMs) {
    return """
    name: elec2
    input:
      topic: electricity
      features: [date, day, nswprice, nswdemand, vicprice, vicdemand, transfer]
    label: {field: class, classes: [DOWN, UP], weight: period}
    model:
      layers: [{dense: 16, activation: relu}]
      optimizer: {adam: {learning_rate: 0.003}}
    batch: %d
    snapshots: {every: 10 steps, keep: 2}
    kafka: {bootstrap.servers: "%s", commit.interval.ms: %d}
    registry: {schema.registry.url: "%s"}
    """
        .formatted(batch, bootstrapServers, commitMs, registryUrl);
  }

  static Pipeline pipeline(String yaml) {
    return PipelineParser.parse(yaml, "elec2.yaml");
  }

  /** Registers the schema of the rows and returns its id. */
  static int register(LocalCluster cluster, Pipeline pipeline) throws IOException {
    return register(cluster.registryUrl(), schema(pipeline));
  }

  /** Registers a schema of the topic and returns its id. */
  static int register(String registryUrl, Schema schema) {
    try (SchemaRegistry registry =
        new ConfluentSchemaRegistry(Map.of("schema.registry.url", registryUrl))) {
      return registry.register(Subjects.value(TOPIC), schema);
    }
  }

  /** The first rows as the values of records. */
  static List<byte[]> values(Pipeline pipeline, int schemaId, int count) throws IOException {
    List<byte[]> values = new ArrayList<>();
    try (CsvSource rows = CsvSource.open(FILE, pipeline, CsvOptions.DEFAULT)) {
      while (values.size() < count && rows.next()) {
        values.add(WireFormat.frame(schemaId, rows.buffer(), rows.length()));
      }
    }
    return values;
  }

  static Schema schema(Pipeline pipeline) throws IOException {
    return CsvSource.schema(FILE, pipeline, CsvOptions.DEFAULT);
  }

  static KafkaProducer<byte[], byte[]> producer(LocalCluster cluster) {
    return producer(cluster.bootstrapServers());
  }

  static KafkaProducer<byte[], byte[]> producer(String bootstrapServers) {
    return new KafkaProducer<>(
        Map.of("bootstrap.servers", bootstrapServers, "enable.idempotence", "true"),
        new ByteArraySerializer(),
        new ByteArraySerializer());
  }

  static void send(LocalCluster cluster, List<byte[]> values) {
    send(cluster.bootstrapServers(), values);
  }

  static void send(String bootstrapServers, List<byte[]> values) {
    try (var producer = producer(bootstrapServers)) {
      values.forEach(value -> producer.send(new ProducerRecord<>(TOPIC, value)));
    }
  }

  /** The offset that the pipeline goes on from in its first partition; -1 if there is none. */
  static long committedOffset(Admin admin) throws Exception {
    return Topics.committedOffset(admin, "elec2", TOPIC);
  }

  static void awaitCommitted(LocalCluster cluster, long offset) {
    Topics.awaitCommitted(cluster, "elec2", TOPIC, offset);
  }
}
