package dev.millrace.benchmarks.crash;

import dev.millrace.app.data.CsvOptions;
import dev.millrace.app.data.CsvSource;
import dev.millrace.benchmarks.process.BrokerProcess;
import dev.millrace.benchmarks.process.Directories;
import dev.millrace.schemas.registry.ConfluentSchemaRegistry;
import dev.millrace.schemas.registry.SchemaRegistry;
import dev.millrace.schemas.registry.Subjects;
import dev.millrace.topology.config.Pipeline;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.avro.Schema;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;

/** The broker, the input and the instances that a crash test plays with. */
final class World implements AutoCloseable {
  private static final long PATIENCE_S = 600;
  private static final long GLANCE_MS = 50;
  private static final long LOG_TAIL = 12;
  private static final List<String> BROKER_FLAGS = List.of("-Xmx512m", "-XX:+UseSerialGC");

  /** Something to wait for. */
  @FunctionalInterface
  interface Condition {
    boolean holds() throws InterruptedException, ExecutionException;
  }

  private final Path dir;
  private final String main;
  private final Path file;
  private final Path log;
  private final Pipeline pipeline;
  private final Schema schema;
  private final Group group;
  private final Feeder feeder;
  private final List<Instance> instances = new ArrayList<>();
  private BrokerProcess broker;

  /** Starts the broker and makes the topic; nothing is sent yet. */
  World(CrashRun.Settings settings, Path dir)
      throws IOException, InterruptedException, ExecutionException {
    this.dir = dir;
    main = settings.exactlyOnce() ? "dev.millrace.app.Main" : AtLeastOnce.class.getName();
    file = dir.resolve("pipeline.yaml");
    log = dir.resolve("instances.log");
    broker = BrokerProcess.start(dir.resolve("broker"), 0, 0, BROKER_FLAGS);
    pipeline =
        Setup.write(
            settings.pipeline(),
            file,
            broker.bootstrapServers(),
            broker.registryUrl(),
            settings.commitMs());
    schema = CsvSource.schema(settings.data(), pipeline, CsvOptions.DEFAULT);
    int schemaId = prepare(settings.partitions());
    group = new Group(pipeline, settings.partitions());
    feeder =
        new Feeder(
            pipeline, settings.data(), schemaId, settings.partitions(), settings.rowsPerSecond());
  }

  private int prepare(int partitions) throws IOException, InterruptedException, ExecutionException {
    String topic = pipeline.input().topic();
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()));
        SchemaRegistry registry = new ConfluentSchemaRegistry(pipeline.registry())) {
      admin.createTopics(List.of(new NewTopic(topic, partitions, (short) 1))).all().get();
      return registry.register(Subjects.value(topic), schema);
    }
  }

  Pipeline pipeline() {
    return pipeline;
  }

  Schema schema() {
    return schema;
  }

  Group group() {
    return group;
  }

  Feeder feeder() {
    return feeder;
  }

  /** Where an instance of a number keeps its state. */
  Path stateDir(int number) {
    return dir.resolve("state-" + number);
  }

  /** Starts an instance on the state directory of its number. */
  Instance start(int number, Trigger trigger) throws IOException {
    Instance instance = Instance.start(main, file, stateDir(number), trigger, log);
    instances.add(instance);
    return instance;
  }

  /**
   * Waits; whoever must live meanwhile and does not, or too long a wait, ends the test.
   *
   * @param what is waited for, for a message
   */
  void await(String what, Condition condition, Instance... alive)
      throws IOException, InterruptedException, ExecutionException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_S);
    while (!condition.holds()) {
      for (Instance instance : alive) {
        if (!instance.isAlive()) {
          throw failure("an instance ended by itself, waiting for " + what);
        }
      }
      if (System.nanoTime() > deadline) {
        throw failure("waited in vain for " + what);
      }
      Thread.sleep(GLANCE_MS);
    }
  }

  /** A failure with the last words of the instances. */
  CrashException failure(String what) throws IOException {
    List<String> lines = Files.exists(log) ? Files.readAllLines(log) : List.of();
    return new CrashException(
        "%s; the instances said last:%n%s"
            .formatted(
                what,
                String.join(
                    System.lineSeparator(),
                    lines.subList((int) Math.max(0, lines.size() - LOG_TAIL), lines.size()))));
  }

  /** Stops or kills the broker, leaves it away for so long, and starts it as it was. */
  void bounceBroker(boolean hard, long awayMs) throws IOException, InterruptedException {
    int kafkaPort = port("kafka://" + broker.bootstrapServers());
    int registryPort = port(broker.registryUrl());
    if (hard) {
      broker.kill();
    } else {
      broker.close();
    }
    Thread.sleep(awayMs);
    broker = BrokerProcess.start(dir.resolve("broker"), kafkaPort, registryPort, BROKER_FLAGS);
  }

  private static int port(String url) {
    return URI.create(url).getPort();
  }

  /** Removes all that an instance has kept. */
  void loseState(int number) throws IOException {
    Directories.delete(stateDir(number));
  }

  /** Leaves no process behind; the directory stays. */
  @Override
  public void close() {
    instances.forEach(Instance::close);
    try {
      feeder.close();
      group.close();
    } finally {
      broker.close();
    }
  }
}
