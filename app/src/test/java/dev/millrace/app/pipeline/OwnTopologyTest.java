package dev.millrace.app.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.app.embedded.LocalCluster;
import dev.millrace.app.pipeline.Reference.Said;
import dev.millrace.engine.kernel.KernelChoice;
import dev.millrace.schemas.Metrics;
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
import dev.millrace.topology.config.StreamsSettings;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.TopologyConfig;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.Produced;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A pipeline's model within a topology of one's own, on a real broker. */
class OwnTopologyTest {
  private static final String OWN_TOPIC = "versions";

  @TempDir Path dir;
  private LocalCluster cluster;
  private SchemaRegistry registry;

  @BeforeEach
  void start() {
    cluster = LocalCluster.start(dir.resolve("cluster"));
    registry = new ConfluentSchemaRegistry(Map.of("schema.registry.url", cluster.registryUrl()));
    cluster.createTopics(
        List.of(new NewTopic(Elec2.TOPIC, 1, (short) 1), new NewTopic(OWN_TOPIC, 1, (short) 1)));
  }

  @AfterEach
  void stop() {
    registry.close();
    cluster.close();
  }

  private KafkaStreams run(Pipeline pipeline) {
    Preflight preflight = new Preflight(pipeline, registry);
    Preflight.Findings findings = preflight.check();
    preflight.createOutputs(findings.partitions());
    StreamsConfig config =
        new StreamsConfig(
            StreamsSettings.of(pipeline, dir.resolve("state"), "own", findings.modelBytes()));
    KafkaStreams streams = new KafkaStreams(topology(pipeline, config), config);
    streams.cleanUp();
    streams.start();
    return streams;
  }

  private Topology topology(Pipeline pipeline, StreamsConfig config) {
    LearnSupplier learn =
        new LearnSupplier(
            pipeline,
            KernelChoice.select(KernelChoice.Mode.AUTO).kernels(),
            new RegistrySchemas(registry, Duration.ofSeconds(10), InstantSource.system()),
            OutputSchemas.register(registry, pipeline.outputs()),
            CommittedOffsets.of(pipeline));
    StreamsBuilder builder = new StreamsBuilder(new TopologyConfig(config));
    KStream<byte[], ModelOutput> said = learn.events(builder).process(learn);
    learn.publish(said);
    said.flatMapValues(output -> output.prediction().map(OwnTopologyTest::text).stream().toList())
        .to(OWN_TOPIC, Produced.with(Serdes.ByteArray(), Serdes.String()));
    return builder.build();
  }

  private static String text(Prediction prediction) {
    return prediction.offset() + " by version " + prediction.modelVersion();
  }

  @Test
  void shouldPredictAndLearnAsThePipelineAloneAndHandOnWhatItSays() throws Exception {
    Pipeline pipeline = Elec2.pipeline(Elec2.yaml(cluster, 32, 200));
    List<byte[]> values = Elec2.values(pipeline, Elec2.register(cluster, pipeline), 1_007);
    for (int end : new int[] {500, 507, 1_007}) { // it stops within a batch, and goes on
      int from = Topics.committed(cluster, Elec2.TOPIC).size();
      try (KafkaStreams streams = run(pipeline)) {
        Elec2.send(cluster, values.subList(from, end));
        Elec2.awaitCommitted(cluster, end);
        assertThat(streams.state()).isEqualTo(KafkaStreams.State.RUNNING);
      }
    }
    Reference reference = new Reference(pipeline, Elec2.schema(pipeline), values);
    List<Said> said =
        Topics.committed(cluster, pipeline.outputs().predictions()).stream()
            .map(record -> Said.of(Prediction.decode(record.value())))
            .toList();
    assertThat(said).isEqualTo(reference.predictions);
    Metrics last = Topics.lastMetrics(cluster, pipeline.outputs().metrics());
    assertThat(last.weightsDigest()).isEqualTo(reference.weightsDigest());
    assertThat(last.read()).isEqualTo(1_007);
    assertThat(Topics.committed(cluster, OWN_TOPIC))
        .extracting(record -> new String(record.value(), StandardCharsets.UTF_8))
        .containsExactlyElementsOf(
            reference.predictions.stream()
                .map(s -> s.offset() + " by version " + s.version())
                .toList());
    assertThat(Topics.committed(cluster, pipeline.outputs().snapshots())).isNotEmpty();
  }
}
