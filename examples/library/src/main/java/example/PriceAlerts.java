package example;

import dev.millrace.engine.kernel.KernelChoice;
import dev.millrace.engine.kernel.Kernels;
import dev.millrace.schemas.Prediction;
import dev.millrace.schemas.registry.ConfluentSchemaRegistry;
import dev.millrace.schemas.registry.SchemaRegistry;
import dev.millrace.topology.CommittedOffsets;
import dev.millrace.topology.LearnSupplier;
import dev.millrace.topology.ModelOutput;
import dev.millrace.topology.OutputSchemas;
import dev.millrace.topology.Preflight;
import dev.millrace.topology.RegistrySchemas;
import dev.millrace.topology.config.Pipeline;
import dev.millrace.topology.config.PipelineParser;
import dev.millrace.topology.config.StreamsSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.TopologyConfig;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.Produced;

/**
 * A topology of its own with a learning model in it: what the model is sure of goes on as a text to
 * the topic {@code price-alerts}, in the transaction of the event it was said of.
 *
 * <p>{@code java --add-modules=jdk.incubator.vector --enable-native-access=ALL-UNNAMED
 * --sun-misc-unsafe-memory-access=allow -cp … example.PriceAlerts elec2.yaml STATE-DIR}
 */
public final class PriceAlerts {
  private static final String TOPIC = "price-alerts";
  private static final double SURE = 0.95;

  private PriceAlerts() {}

  /** Runs until it is stopped. */
  public static void main(String[] args) throws Exception {
    Pipeline pipeline = PipelineParser.parse(Path.of(args[0]));
    Path stateDir = Path.of(args[1]);
    try (SchemaRegistry registry = new ConfluentSchemaRegistry(pipeline.registry())) {
      Preflight preflight = new Preflight(pipeline, registry);
      Preflight.Findings findings = preflight.check();
      preflight.createOutputs(findings.partitions());
      createTopic(pipeline, findings.partitions());
      StreamsConfig config =
          new StreamsConfig(
              StreamsSettings.of(pipeline, stateDir, "price-alerts-1", findings.modelBytes()));
      run(new KafkaStreams(topology(pipeline, registry, config), config));
    }
  }

  static Topology topology(Pipeline pipeline, SchemaRegistry registry, StreamsConfig config) {
    Kernels kernels = KernelChoice.select(KernelChoice.Mode.AUTO).kernels();
    LearnSupplier learn =
        new LearnSupplier(
            pipeline,
            kernels,
            new RegistrySchemas(registry, Duration.ofSeconds(30), InstantSource.system()),
            OutputSchemas.register(registry, pipeline.outputs()),
            CommittedOffsets.of(pipeline));
    StreamsBuilder builder = new StreamsBuilder(new TopologyConfig(config));
    KStream<byte[], ModelOutput> said = learn.events(builder).process(learn);
    learn.publish(said);
    said.flatMapValues(output -> output.prediction().flatMap(PriceAlerts::alert).stream().toList())
        .to(TOPIC, Produced.with(Serdes.ByteArray(), Serdes.String()));
    return builder.build();
  }

  private static Optional<String> alert(Prediction prediction) {
    float[] probabilities = prediction.outputs(); // in the order of the pipeline's classes
    float up = probabilities[probabilities.length - 1];
    return "UP".equals(prediction.predictedClass()) && up > SURE
        ? Optional.of(
            "offset %d: the price goes up, says version %d with probability %.3f"
                .formatted(prediction.offset(), prediction.modelVersion(), up))
        : Optional.empty();
  }

  /** Kafka makes no topic of its own accord, and a producer waits for one that is not there. */
  private static void createTopic(Pipeline pipeline, int partitions) throws Exception {
    try (Admin admin = Admin.create(new HashMap<>(pipeline.kafka()))) {
      if (!admin.listTopics().names().get().contains(TOPIC)) {
        NewTopic topic = new NewTopic(TOPIC, Optional.of(partitions), Optional.empty());
        admin.createTopics(List.of(topic)).all().get();
      }
    }
  }

  private static void run(KafkaStreams streams) throws InterruptedException {
    CountDownLatch ended = new CountDownLatch(1);
    streams.setStateListener(
        (now, before) -> {
          if (now.hasCompletedShutdown()) {
            ended.countDown();
          }
        });
    Runtime.getRuntime().addShutdownHook(new Thread(streams::close)); // commits
    streams.cleanUp(); // whatever is there, the changelog has it as it was committed
    streams.start();
    ended.await();
  }
}
