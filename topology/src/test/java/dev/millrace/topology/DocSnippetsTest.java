package dev.millrace.topology;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.engine.Learner;
import dev.millrace.engine.Outcome;
import dev.millrace.engine.kernel.KernelChoice;
import dev.millrace.engine.kernel.Kernels;
import dev.millrace.schemas.registry.ConfluentSchemaRegistry;
import dev.millrace.schemas.registry.SchemaRegistry;
import dev.millrace.topology.config.Pipeline;
import dev.millrace.topology.config.PipelineParser;
import dev.millrace.topology.config.StreamsSettings;
import dev.millrace.topology.decode.BadEventException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.avro.Schema;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.TopologyConfig;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.Produced;
import org.junit.jupiter.api.Test;

/**
 * The topology's snippets of {@code docs/library.md}: they compile, run, and are what it quotes.
 */
class DocSnippetsTest {
  private static final Pattern SNIPPET =
      Pattern.compile(" *// snippet\\n(.*?) *// end of snippet\\n", Pattern.DOTALL);

  // snippet
  /** Runs a pipeline until it fails or the thread is interrupted. */
  static void run(Path file, Path stateDir) throws IOException, InterruptedException {
    Pipeline pipeline = PipelineParser.parse(file);
    Kernels kernels = KernelChoice.select(KernelChoice.Mode.AUTO).kernels();
    try (SchemaRegistry registry = new ConfluentSchemaRegistry(pipeline.registry());
        PipelineRunner runner =
            PipelineRunner.start(pipeline, stateDir, kernels, registry, InstantSource.system())) {
      while (!runner.awaitEnd(Duration.ofSeconds(1))) {
        System.err.println(runner.state());
      }
      runner.failure().ifPresent(failure -> System.err.println(failure.getMessage()));
    }
  }

  // end of snippet

  // snippet
  /** The Kafka Streams topology alone, for an application that starts it in its own way. */
  static Topology topology(
      Pipeline pipeline, Path stateDir, SchemaRegistry registry, OutputSchemas ids) {
    long modelBytes = 1_000_000; // parameters and optimiser slots: decides the commit interval
    StreamsConfig config =
        new StreamsConfig(StreamsSettings.of(pipeline, stateDir, "instance-1", modelBytes));
    Kernels kernels = KernelChoice.select(KernelChoice.Mode.AUTO).kernels();
    return TrainTopology.build(
        pipeline,
        kernels,
        new RegistrySchemas(registry, Duration.ofSeconds(30), InstantSource.system()),
        ids,
        CommittedOffsets.of(pipeline),
        config);
  }

  // end of snippet

  // snippet
  /** A topology of one's own: what the model says of events goes on to another topic as well. */
  static Topology ownTopology(
      Pipeline pipeline, LearningLoop.Schemas schemas, OutputSchemas ids, StreamsConfig config) {
    Kernels kernels = KernelChoice.select(KernelChoice.Mode.AUTO).kernels();
    LearnSupplier learn =
        new LearnSupplier(pipeline, kernels, schemas, ids, CommittedOffsets.of(pipeline));
    StreamsBuilder builder = new StreamsBuilder(new TopologyConfig(config));
    KStream<byte[], ModelOutput> said = learn.events(builder).process(learn);
    learn.publish(said); // to the pipeline's own topics
    said.flatMapValues(output -> output.prediction().stream().toList())
        .mapValues(prediction -> prediction.offset() + " by version " + prediction.modelVersion())
        .to("versions", Produced.with(Serdes.ByteArray(), Serdes.String()));
    return builder.build();
  }

  // end of snippet

  // snippet
  /** Predicts and learns events in memory: what Millrace does to a partition, without Kafka. */
  static List<String> learn(Pipeline pipeline, Schema schema, List<byte[]> values) {
    List<String> said = new ArrayList<>();
    LearningLoop.Sink sink =
        new LearningLoop.Sink() {
          @Override
          public void prediction(Event event, Outcome outcome) { // one object, reused: copy from it
            said.add(event.offset() + " → class " + outcome.predictedClass);
          }

          @Override
          public void deadLetter(Event event, BadEventException why) {
            said.add(event.offset() + " → " + why.reason().label());
          }

          @Override
          public void skipped(Learner.Step step) {
            said.add("not learned: " + step);
          }

          @Override
          public void snapshot(Learner learner) {
            said.add("version " + learner.version() + " has weights " + learner.weightsDigest());
          }
        };
    Kernels kernels = KernelChoice.select(KernelChoice.Mode.AUTO).kernels();
    try (LearningLoop loop = new LearningLoop(pipeline, kernels, id -> schema, sink)) {
      for (int offset = 0; offset < values.size(); offset++) {
        loop.accept(new Event(null, values.get(offset), "in", 0, offset, 0));
      }
      loop.predict(); // the events of the unfinished batch; a Kafka commit does the same
    }
    return said;
  }

  // end of snippet

  @Test
  void shouldLearnInMemory() {
    List<byte[]> values = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      values.add(i == 50 ? new byte[] {7} : Events.good(i));
    }
    List<String> said = learn(Events.pipeline(10, 5), Events.SCHEMA, values);
    assertThat(said).contains("50 → not_wire_format");
    assertThat(said).anyMatch(line -> line.startsWith("version 5 has weights "));
    assertThat(said.stream().filter(line -> line.contains("class"))).hasSize(99);
  }

  @Test
  void shouldBuildTheTopology() {
    Topology topology =
        topology(
            Events.pipeline(10, 5),
            Path.of("target", "state"),
            null,
            new OutputSchemas(1, 2, 3, 4, 5, 6));
    assertThat(topology.describe().toString()).contains("in", "learn", "test.predictions");
  }

  @Test
  void shouldBuildATopologyOfOnesOwn() {
    Pipeline pipeline = Events.pipeline(10, 5);
    StreamsConfig config =
        new StreamsConfig(StreamsSettings.of(pipeline, Path.of("target", "state"), "instance", 0));
    Topology topology =
        ownTopology(pipeline, id -> Events.SCHEMA, new OutputSchemas(1, 2, 3, 4, 5, 6), config);
    assertThat(topology.describe().toString()).contains("(topics: [in])", "[model]", "versions");
  }

  @Test
  void shouldBeQuotedAsTheyAre() throws IOException {
    String page = Files.readString(Path.of("..", "docs", "library.md"));
    String source =
        Files.readString(
            Path.of("src", "test", "java", "dev", "millrace", "topology", "DocSnippetsTest.java"));
    Matcher snippets = SNIPPET.matcher(source);
    int count = 0;
    while (snippets.find()) {
      assertThat(page).contains(snippets.group(1).stripTrailing().stripIndent());
      count++;
    }
    assertThat(count).isEqualTo(4);
  }
}
