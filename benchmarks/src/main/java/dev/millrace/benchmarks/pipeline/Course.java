package dev.millrace.benchmarks.pipeline;

import dev.millrace.benchmarks.process.Directories;
import dev.millrace.engine.kernel.KernelChoice;
import dev.millrace.engine.kernel.Kernels;
import dev.millrace.schemas.registry.ConfluentSchemaRegistry;
import dev.millrace.schemas.registry.SchemaRegistry;
import dev.millrace.schemas.registry.Subjects;
import dev.millrace.topology.PipelineRunner;
import dev.millrace.topology.Preflight;
import dev.millrace.topology.config.Pipeline;
import dev.millrace.topology.config.PipelineParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.streams.KafkaStreams;

/** Where they run: the broker, the topic, and a number for each run. */
final class Course implements AutoCloseable {
  private static final int TRIES_MAX = 50;
  private static final long PAUSE_MS = 100;

  /** Where the servers answer. */
  record Servers(String kafka, String registry) {}

  private final Servers servers;
  private final Path dir;
  private final String prefix;
  private final int records;
  private final KernelChoice kernels = KernelChoice.select(KernelChoice.Mode.AUTO);
  private final SchemaRegistry registry;
  private final Admin admin;
  private int runs;

  /**
   * @param dir exists, for state directories
   * @param prefix begins the application ids
   * @param records in the topic, once it is produced
   */
  Course(Servers servers, Path dir, String prefix, int records) {
    this.servers = servers;
    this.dir = dir;
    this.prefix = prefix;
    this.records = records;
    registry = new ConfluentSchemaRegistry(Map.of("schema.registry.url", servers.registry()));
    admin = Admin.create(Map.of("bootstrap.servers", servers.kafka()));
  }

  Servers servers() {
    return servers;
  }

  Path dir() {
    return dir;
  }

  int records() {
    return records;
  }

  /** Which kernels run, and why. */
  String kernels() {
    return kernels.reason();
  }

  /** Makes and fills the topic; returns the bytes of a record's value, on average. */
  double produce() throws InterruptedException, ExecutionException {
    admin.createTopics(List.of(new NewTopic(Events.TOPIC, 1, (short) 1))).all().get();
    int schemaId = registry.register(Subjects.value(Events.TOPIC), Events.SCHEMA);
    return (double) new Events(schemaId).produce(servers.kafka(), records) / records;
  }

  Round run(Contestant one, Runnable atFirstPoll)
      throws IOException, InterruptedException, ExecutionException {
    Pipeline pipeline = pipeline(one, prefix + "-" + ++runs);
    Path state = Files.createDirectory(dir.resolve(pipeline.name()));
    long modelBytes = prepare(pipeline);
    FirstPoll.reset();
    Round round =
        one == Contestant.PASSTHROUGH
            ? passthrough(pipeline, state, modelBytes, atFirstPoll)
            : pipeline(pipeline, state, atFirstPoll);
    Directories.delete(state);
    return round;
  }

  StageProfile.Shares profile(Contestant one)
      throws IOException, InterruptedException, ExecutionException {
    try (StageProfile profile = new StageProfile()) {
      Round round = run(one, profile::begin);
      return profile.sum(round.seconds());
    }
  }

  /**
   * Makes the output topics before the clock and returns the model's size. Tries again, as a broker
   * may not yet know a topic that its controller has just made.
   */
  private long prepare(Pipeline pipeline) throws InterruptedException {
    Preflight preflight = new Preflight(pipeline, registry);
    Preflight.Findings findings = preflight.check();
    for (int tries = 1; ; tries++) {
      try {
        preflight.createOutputs(findings.partitions());
        return findings.modelBytes();
      } catch (UnknownTopicOrPartitionException e) {
        if (tries == TRIES_MAX) {
          throw e;
        }
        Thread.sleep(PAUSE_MS);
      }
    }
  }

  private Round passthrough(Pipeline pipeline, Path state, long modelBytes, Runnable atFirstPoll)
      throws IOException, InterruptedException, ExecutionException {
    KafkaStreams streams = Passthrough.start(pipeline, state, modelBytes);
    try {
      return follow(pipeline, atFirstPoll, () -> streams.state() == KafkaStreams.State.ERROR);
    } finally {
      Passthrough.stop(streams);
    }
  }

  private Round pipeline(Pipeline pipeline, Path state, Runnable atFirstPoll)
      throws IOException, InterruptedException, ExecutionException {
    Kernels chosen = kernels.kernels();
    try (PipelineRunner runner =
        PipelineRunner.start(pipeline, state, chosen, registry, InstantSource.system())) {
      Round round = follow(pipeline, atFirstPoll, () -> runner.failure().isPresent());
      requireNoDeadLetter(pipeline);
      return round;
    }
  }

  private Round follow(Pipeline pipeline, Runnable atFirstPoll, BooleanSupplier failed)
      throws IOException, InterruptedException, ExecutionException {
    return Round.follow(admin, pipeline.name(), records, atFirstPoll, failed);
  }

  private void requireNoDeadLetter(Pipeline pipeline)
      throws IOException, InterruptedException, ExecutionException {
    TopicPartition letters = new TopicPartition(pipeline.outputs().deadLetters(), 0);
    long end =
        admin
            .listOffsets(Map.of(letters, OffsetSpec.latest()))
            .partitionResult(letters)
            .get()
            .offset();
    if (end > 0) {
      throw new IOException("events were dead-lettered, so nothing was measured");
    }
  }

  private Pipeline pipeline(Contestant one, String id) {
    String yaml =
        """
        name: %s
        input: {topic: %s, features: [{name: x, type: vector, size: %d}]}
        label: {field: y, classes: ["%s"]}
        model: {layers: %s, optimizer: {adam: {learning_rate: 0.001}}}
        batch: 32
        kafka: {bootstrap.servers: "%s", main.consumer.interceptor.classes: %s}
        registry: {schema.registry.url: "%s"}
        """
            .formatted(
                id,
                Events.TOPIC,
                Events.FLOATS,
                String.join("\", \"", Events.CLASSES),
                one.layers(),
                servers.kafka(),
                FirstPoll.class.getName(),
                servers.registry());
    return PipelineParser.parse(yaml, id + ".yaml");
  }

  @Override
  public void close() {
    admin.close();
    registry.close();
  }
}
