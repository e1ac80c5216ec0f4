package dev.millrace.app.embedded;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.Feature;
import org.apache.kafka.server.common.MetadataVersion;

/**
 * One Kafka node, broker and controller, inside this JVM; its directory survives restarts, on the
 * same port or another. Kafka's own server, started as its main class does: these are internal
 * classes, so the version is pinned (docs/decisions/0004).
 */
public final class EmbeddedKafka implements AutoCloseable {
  private static final int NODE_ID = 1;
  private static final String CONTROLLER = "CONTROLLER";
  private static final long ADMIN_TIMEOUT_S = 30;
  private static final long TOPIC_GLANCE_MS = 20;

  private final KafkaRaftServer server;
  private final DirectoryLock lock;
  private final String bootstrapServers;
  private final AtomicBoolean closed = new AtomicBoolean();

  private EmbeddedKafka(KafkaRaftServer server, DirectoryLock lock, String bootstrapServers) {
    this.server = server;
    this.lock = lock;
    this.bootstrapServers = bootstrapServers;
  }

  /**
   * Returns when clients can connect.
   *
   * @param dir made and formatted at the first start, held until {@link #close}
   * @param port for clients; 0 is any free one
   * @param overrides broker settings by Kafka's names, before those set here
   * @throws EmbeddedException if the port or the directory is in use or cannot be used
   */
  public static EmbeddedKafka start(Path dir, int port, Map<String, String> overrides) {
    int[] ports = Loopback.freePorts(port, 0);
    DirectoryLock lock = DirectoryLock.take(dir);
    try {
      if (!Files.exists(dir.resolve("meta.properties"))) {
        format(dir);
      }
      Properties settings = settings(dir, ports[0], ports[1]);
      settings.putAll(overrides);
      KafkaRaftServer server =
          new KafkaRaftServer(KafkaConfig.fromProps(settings, false), Time.SYSTEM);
      startOrStop(server);
      return new EmbeddedKafka(server, lock, Loopback.HOST + ":" + ports[0]);
    } catch (Exception e) {
      lock.close();
      throw new EmbeddedException(
          "the embedded Kafka cannot start in "
              + dir
              + ": "
              + e.getMessage()
              + ". If the directory was damaged, or comes from a newer version, remove it or choose"
              + " another.",
          e);
    }
  }

  /** Where clients connect: {@code 127.0.0.1:<port>}. */
  public String bootstrapServers() {
    return bootstrapServers;
  }

  /** Creates those that do not exist yet and leaves the others as they are. */
  public void createTopics(Collection<NewTopic> topics) {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers))) {
      Set<String> existing = admin.listTopics().names().get(ADMIN_TIMEOUT_S, TimeUnit.SECONDS);
      List<NewTopic> missing = topics.stream().filter(t -> !existing.contains(t.name())).toList();
      admin.createTopics(missing).all().get(ADMIN_TIMEOUT_S, TimeUnit.SECONDS);
      awaitTopics(admin, missing.stream().map(NewTopic::name).toList());
    } catch (ExecutionException e) {
      throw new EmbeddedException("topics cannot be created: " + e.getCause().getMessage(), e);
    } catch (TimeoutException e) {
      throw new EmbeddedException("topics were not created within " + ADMIN_TIMEOUT_S + " s", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new EmbeddedException("interrupted while creating topics", e);
    }
  }

  /** The controller has them at once; the broker, which others ask, learns of them a bit later. */
  private static void awaitTopics(Admin admin, List<String> topics)
      throws ExecutionException, InterruptedException, TimeoutException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(ADMIN_TIMEOUT_S);
    while (!admin.listTopics().names().get(ADMIN_TIMEOUT_S, TimeUnit.SECONDS).containsAll(topics)) {
      if (System.nanoTime() > deadline) {
        throw new TimeoutException("topics " + topics + " are not there yet");
      }
      Thread.sleep(TOPIC_GLANCE_MS);
    }
  }

  /** Stops the node and lets go of its directory. A second call does nothing. */
  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      try {
        server.shutdown();
        server.awaitShutdown();
      } finally {
        lock.close();
      }
    }
  }

  private static void startOrStop(KafkaRaftServer server) {
    try {
      server.startup();
    } catch (RuntimeException e) {
      server.shutdown();
      server.awaitShutdown();
      throw e;
    }
  }

  /**
   * One node, nothing replicated, and no more threads, memory and preallocated disk than it needs.
   */
  private static Properties settings(Path dir, int port, int controllerPort) {
    Properties p = new Properties();
    p.put("process.roles", "broker,controller");
    p.put("node.id", Integer.toString(NODE_ID));
    // voters, not controller.quorum.bootstrap.servers: the port may then differ at each start
    p.put("controller.quorum.voters", NODE_ID + "@" + Loopback.HOST + ":" + controllerPort);
    p.put("controller.listener.names", CONTROLLER);
    p.put("inter.broker.listener.name", "PLAINTEXT");
    p.put("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT," + CONTROLLER + ":PLAINTEXT");
    String clients = "PLAINTEXT://" + Loopback.HOST + ":" + port;
    p.put("listeners", clients + "," + CONTROLLER + "://" + Loopback.HOST + ":" + controllerPort);
    p.put("advertised.listeners", clients);
    p.put("log.dirs", dir.toAbsolutePath().toString());
    p.put("auto.create.topics.enable", "false");
    p.put("default.replication.factor", "1");
    p.put("min.insync.replicas", "1");
    p.put("offsets.topic.replication.factor", "1");
    p.put("offsets.topic.num.partitions", "4");
    p.put("transaction.state.log.replication.factor", "1");
    p.put("transaction.state.log.min.isr", "1");
    p.put("transaction.state.log.num.partitions", "4");
    p.put("share.coordinator.state.topic.replication.factor", "1");
    p.put("share.coordinator.state.topic.min.isr", "1");
    p.put("share.coordinator.state.topic.num.partitions", "1");
    p.put("group.initial.rebalance.delay.ms", "0");
    p.put("num.network.threads", "2");
    p.put("num.io.threads", "4");
    p.put("log.cleaner.dedupe.buffer.size", Integer.toString(16 << 20)); // Kafka's default: 128 MiB
    p.put("log.index.size.max.bytes", Integer.toString(1 << 20)); // default: 10 MiB a partition
    return p;
  }

  private static void format(Path dir) throws Exception {
    String logDir = dir.toAbsolutePath().toString();
    new Formatter()
        .setPrintStream(
            new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8))
        .setSupportedFeatures(List.copyOf(Feature.PRODUCTION_FEATURES))
        .setNodeId(NODE_ID)
        .setClusterId(Uuid.randomUuid().toString())
        .setReleaseVersion(MetadataVersion.latestProduction())
        .setControllerListenerName(CONTROLLER)
        .setMetadataLogDirectory(logDir)
        .addDirectory(logDir)
        .setIgnoreFormatted(false)
        .run();
  }
}
