package dev.millrace.benchmarks.operation;

import dev.millrace.benchmarks.process.BrokerProcess;
import dev.millrace.engine.random.CounterRandom;
import dev.millrace.schemas.registry.ConfluentSchemaRegistry;
import dev.millrace.schemas.registry.SchemaRegistry;
import dev.millrace.schemas.registry.Subjects;
import dev.millrace.schemas.wire.FrameEncoder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.regex.Pattern;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** A broker with a published model of 1000-512-10, and that model served on a core. */
final class ServedSite implements AutoCloseable {
  static final int NUMBERS = 1_000;
  private static final int CLASSES = 10;
  private static final int EVENTS = 640;
  private static final String TOPIC = "numbers";
  private static final long PAUSE_MS = 200;
  private static final Pattern ADDRESS = Pattern.compile("http://127\\.0\\.0\\.1:(\\d+)/v2");
  private static final Pattern SERVED = Pattern.compile("version (\\d+), of the events");

  private static final Schema SCHEMA =
      SchemaBuilder.record("Numbers")
          .namespace("benchmark")
          .fields()
          .name("v")
          .type()
          .array()
          .items()
          .floatType()
          .noDefault()
          .requiredString("y")
          .endRecord();

  private final BrokerProcess broker;
  private final PipelineProcess serve;
  private final int port;

  private ServedSite(BrokerProcess broker, PipelineProcess serve, int port) {
    this.broker = broker;
    this.serve = serve;
    this.port = port;
  }

  /**
   * Returns when the model is served.
   *
   * @param prefix of the command that serves, as that which keeps it on a core
   * @param dir exists
   */
  static ServedSite start(List<String> prefix, Path dir) throws IOException, InterruptedException {
    BrokerProcess broker = BrokerProcess.start(dir.resolve("broker"));
    try {
      Path file = pipeline(broker, dir);
      Map<String, Object> kafka = Map.of("bootstrap.servers", broker.bootstrapServers());
      createTopic(kafka);
      send(broker, kafka);
      try (PipelineProcess run =
          PipelineProcess.run(file, dir.resolve("state"), dir.resolve("run.log"))) {
        awaitTopic(kafka, run);
        PipelineProcess serve = PipelineProcess.serve(prefix, file, dir.resolve("serve.log"));
        await(serve, run, SERVED);
        int port = Integer.parseInt(serve.said(ADDRESS).orElseThrow().group(1));
        run.stop();
        return new ServedSite(broker, serve, port);
      }
    } catch (IOException | InterruptedException | RuntimeException e) {
      broker.close();
      throw e;
    }
  }

  private static void createTopic(Map<String, Object> kafka) throws InterruptedException {
    try (Admin admin = Admin.create(kafka)) {
      admin.createTopics(List.of(new NewTopic(TOPIC, 1, (short) 1))).all().get();
    } catch (ExecutionException e) {
      throw new IllegalStateException("the topic cannot be made", e);
    }
  }

  /** The pipeline makes the topic of its copies at its start. */
  private static void awaitTopic(Map<String, Object> kafka, PipelineProcess run)
      throws IOException, InterruptedException {
    try (Admin admin = Admin.create(kafka)) {
      while (!admin.listTopics().names().get().contains("numbers.snapshots")) {
        run.mustLive();
        Thread.sleep(PAUSE_MS);
      }
    } catch (ExecutionException e) {
      throw new IllegalStateException("the broker does not answer", e);
    }
  }

  private static void await(PipelineProcess serve, PipelineProcess run, Pattern what)
      throws IOException, InterruptedException {
    while (serve.said(what).isEmpty()) {
      serve.mustLive();
      run.mustLive();
      Thread.sleep(PAUSE_MS);
    }
  }

  private static Path pipeline(BrokerProcess broker, Path dir) throws IOException {
    return Files.writeString(
        dir.resolve("numbers.yaml"),
        """
        name: numbers
        input: {topic: %s, features: [{name: v, type: vector, size: %d}]}
        label: {field: y, classes: [c0, c1, c2, c3, c4, c5, c6, c7, c8, c9]}
        model: {layers: [{dense: 512, activation: relu}], optimizer: {adam: {learning_rate: 0.001}}}
        batch: 32
        snapshots: {every: 10 steps, keep: 2}
        kafka: {bootstrap.servers: "%s"}
        registry: {schema.registry.url: "%s"}
        """
            .formatted(TOPIC, NUMBERS, broker.bootstrapServers(), broker.registryUrl()));
  }

  private static void send(BrokerProcess broker, Map<String, Object> kafka) {
    try (SchemaRegistry registry =
            new ConfluentSchemaRegistry(Map.of("schema.registry.url", broker.registryUrl()));
        KafkaProducer<byte[], byte[]> producer =
            new KafkaProducer<>(kafka, new ByteArraySerializer(), new ByteArraySerializer())) {
      int id = registry.register(Subjects.value(TOPIC), SCHEMA);
      for (int event = 0; event < EVENTS; event++) {
        FrameEncoder out = new FrameEncoder(id, NUMBERS * Float.BYTES + 64);
        out.writeFloats(numbers(event));
        out.writeString("c" + event % CLASSES);
        producer.send(new ProducerRecord<>(TOPIC, out.frame()));
      }
    }
  }

  /** The numbers of an event, with four decimals as a measurement may have. */
  static float[] numbers(long event) {
    float[] numbers = new float[NUMBERS];
    for (int i = 0; i < NUMBERS; i++) {
      numbers[i] = Math.round(CounterRandom.uniform(event, 7, i) * 20_000 - 10_000) / 10_000f;
    }
    return numbers;
  }

  int port() {
    return port;
  }

  /** The process of the broker, by its number. */
  long brokerPid() {
    return broker.pid();
  }

  /** Processor time that the serving process has taken, in nanoseconds. */
  long cpuNs() {
    return ProcessHandle.of(serve.pid())
        .flatMap(process -> process.info().totalCpuDuration())
        .map(Duration::toNanos)
        .orElse(0L);
  }

  /** Fails if it has ended by itself. */
  void mustLive() throws IOException {
    serve.mustLive();
  }

  @Override
  public void close() {
    serve.close();
    broker.close();
  }
}
