package dev.millrace.app.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.schemas.Metrics;
import dev.millrace.schemas.Prediction;
import dev.millrace.schemas.SnapshotBlock;
import dev.millrace.schemas.SnapshotManifest;
import dev.millrace.schemas.registry.ConfluentSchemaRegistry;
import dev.millrace.schemas.registry.SchemaRegistry;
import dev.millrace.schemas.registry.Subjects;
import dev.millrace.schemas.wire.WireFormat;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.generic.GenericRecordBuilder;
import org.apache.avro.io.DecoderFactory;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Confluent's own serializers, unchanged, against our wire format, records, adapter and registry.
 * Kafka takes them by name, so nothing here compiles against them.
 */
class StockConfluentTest {
  private static final String SERIALIZER = "io.confluent.kafka.serializers.KafkaAvroSerializer";
  private static final String DESERIALIZER = "io.confluent.kafka.serializers.KafkaAvroDeserializer";
  private static final String BYTES = "org.apache.kafka.common.serialization.ByteArray";
  private static final String LOGIN = "ada:hunter2";
  private static final Schema EVENT =
      SchemaBuilder.record("Event")
          .fields()
          .requiredFloat("price")
          .optionalString("class")
          .endRecord();

  @TempDir static Path dir;

  private static EmbeddedKafka kafka;
  private static EmbeddedRegistry embedded;
  private static SchemaRegistry registry;

  @BeforeAll
  static void start() {
    kafka = EmbeddedKafka.start(dir, 0, Map.of());
    // with a login: a client without its service files sends none, and would fail here
    embedded =
        EmbeddedRegistry.start(
            kafka.bootstrapServers(), 0, new EmbeddedRegistry.Login("ada", "hunter2"));
    registry = new ConfluentSchemaRegistry(registryConfig());
  }

  @AfterAll
  static void stop() {
    registry.close();
    embedded.close();
    kafka.close();
  }

  @Test
  void shouldReadWhatAStockProducerWrites() throws Exception {
    GenericRecord event = event(0.25f, "UP");
    produce("events", SERIALIZER, event, Map.of());
    byte[] framed = (byte[]) consume("events", BYTES + "Deserializer").value();

    int id = WireFormat.schemaId(framed);
    Schema schema = registry.schemaById(id);
    assertThat(schema).isEqualTo(EVENT);
    assertThat(registry.latest(Subjects.value("events")).orElseThrow().id()).isEqualTo(id);
    assertThat(read(schema, framed)).isEqualTo(event);
  }

  @Test
  void shouldServeAStockProducerThatMayNotRegister() throws Exception {
    int id = registry.register(Subjects.value("known"), EVENT);
    Map<String, Object> known = Map.of("auto.register.schemas", false);
    Map<String, Object> latest = Map.of("auto.register.schemas", false, "use.latest.version", true);
    for (Map<String, Object> manners : List.of(known, latest)) {
      produce("known", SERIALIZER, event(0.5f, null), manners);
      byte[] framed = (byte[]) consume("known", BYTES + "Deserializer").value();
      assertThat(WireFormat.schemaId(framed)).isEqualTo(id);
    }
  }

  @Test
  void shouldBeReadByAStockConsumer() throws Exception {
    Prediction prediction =
        new Prediction(
            "elec2",
            41,
            "electricity",
            0,
            1336,
            1_700_000_000_000L,
            new float[] {0.25f, 0.75f},
            "UP",
            null,
            "DOWN",
            null,
            1.3862943611198906,
            null,
            null,
            0.125,
            List.of(new Prediction.Attribution("nswprice", 0.25)),
            0.5,
            Map.of("network", 1.0));
    int id = registry.register(Subjects.value("elec2.predictions"), Prediction.SCHEMA);
    GenericRecord read = stockRead("elec2.predictions", prediction.encode(id));
    assertThat(read.getSchema()).isEqualTo(Prediction.SCHEMA);
    assertThat(read.get("modelVersion")).isEqualTo(41L);
    assertThat(read.get("outputs")).isEqualTo(List.of(0.25f, 0.75f));
    assertThat(read.get("setProbabilityMin")).isEqualTo(0.125);
    assertThat(read.get("attributions")).asString().contains("nswprice", "0.25");
    assertThat(read.get("attributionBaseline")).isEqualTo(0.5);
    assertThat(read.get("expertWeights")).asString().isEqualTo("{network=1.0}");
    assertThat(read.get("predictedClass")).hasToString("UP");
    assertThat(read.get("labelClass")).hasToString("DOWN");
    assertThat(read.get("labelValue")).isNull();
    assertThat(read.get("loss")).isEqualTo(1.3862943611198906);
  }

  @Test
  void shouldHaveAllItsOtherRecordsReadByAStockConsumerToo() throws Exception {
    Metrics metrics =
        new Metrics(
            "elec2",
            0,
            9,
            1,
            10,
            10,
            0,
            Map.of(),
            10,
            8,
            2,
            0,
            0,
            0,
            Map.of("accuracy", 0.8),
            "ab");
    int id = registry.register(Subjects.value("elec2.metrics"), Metrics.SCHEMA);
    assertThat(stockRead("elec2.metrics", metrics.encode(id)).get("pending")).isEqualTo(2L);

    SnapshotManifest manifest =
        new SnapshotManifest(
            "elec2-0",
            1000,
            1,
            "{}",
            new SnapshotManifest.Lineage("electricity", 0, 0, 31999, "cd", null, List.of()),
            List.of(new SnapshotManifest.BlockRef("b/0", 2, "ef")),
            List.of(1),
            "ab",
            Map.of());
    id = registry.register("snapshots-manifest", SnapshotManifest.SCHEMA);
    GenericRecord read = stockRead("elec2.snapshots", manifest.encode(id));
    assertThat(((GenericRecord) read.get("lineage")).get("lastOffset")).isEqualTo(31999L);

    SnapshotBlock block = new SnapshotBlock("elec2-0", 1000, "b/0", new byte[] {1, 2});
    id = registry.register("snapshots-block", SnapshotBlock.SCHEMA);
    assertThat(stockRead("elec2.snapshots", block.encode(id)).get("data"))
        .isEqualTo(ByteBuffer.wrap(new byte[] {1, 2}));
  }

  private static GenericRecord stockRead(String topic, byte[] framed) throws Exception {
    produce(topic, BYTES + "Serializer", framed, Map.of());
    return (GenericRecord) consume(topic, DESERIALIZER).value();
  }

  private static GenericRecord event(float price, String label) {
    return new GenericRecordBuilder(EVENT).set("price", price).set("class", label).build();
  }

  private static GenericRecord read(Schema schema, byte[] framed) throws Exception {
    GenericRecord read =
        new GenericDatumReader<GenericRecord>(schema)
            .read(
                null,
                DecoderFactory.get()
                    .binaryDecoder(
                        framed,
                        WireFormat.PAYLOAD_OFFSET,
                        framed.length - WireFormat.PAYLOAD_OFFSET,
                        null));
    read.put("class", read.get("class").toString());
    return read;
  }

  private static void produce(
      String topic, String serializer, Object value, Map<String, Object> more) throws Exception {
    kafka.createTopics(List.of(new NewTopic(topic, 1, (short) 1)));
    Map<String, Object> config = clientConfig();
    config.put("key.serializer", BYTES + "Serializer");
    config.put("value.serializer", serializer);
    config.putAll(more);
    try (var producer = new KafkaProducer<byte[], Object>(config)) {
      producer.send(new ProducerRecord<>(topic, value)).get();
    }
  }

  /** The last record of the topic. */
  private static ConsumerRecord<byte[], Object> consume(String topic, String deserializer) {
    Map<String, Object> config = clientConfig();
    config.put("key.deserializer", BYTES + "Deserializer");
    config.put("value.deserializer", deserializer);
    List<TopicPartition> partitions = List.of(new TopicPartition(topic, 0));
    try (var consumer = new KafkaConsumer<byte[], Object>(config)) {
      consumer.assign(partitions);
      long end = consumer.endOffsets(partitions).get(partitions.getFirst());
      consumer.seek(partitions.getFirst(), end - 1);
      return consumer.poll(Duration.ofSeconds(20)).records(partitions.getFirst()).getFirst();
    }
  }

  private static Map<String, Object> clientConfig() {
    Map<String, Object> config = new HashMap<>(registryConfig());
    config.put("bootstrap.servers", kafka.bootstrapServers());
    return config;
  }

  private static Map<String, String> registryConfig() {
    return Map.of(
        "schema.registry.url",
        embedded.url(),
        "basic.auth.credentials.source",
        "USER_INFO",
        "basic.auth.user.info",
        LOGIN);
  }
}
