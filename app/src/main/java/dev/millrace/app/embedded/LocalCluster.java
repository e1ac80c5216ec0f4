package dev.millrace.app.embedded;

import java.nio.file.Path;
import java.util.Collection;
import java.util.Map;
import org.apache.kafka.clients.admin.NewTopic;

/** An embedded Kafka and its schema registry in one directory: all that a pipeline needs. */
public final class LocalCluster implements AutoCloseable {
  private final EmbeddedKafka kafka;
  private final EmbeddedRegistry registry;

  private LocalCluster(EmbeddedKafka kafka, EmbeddedRegistry registry) {
    this.kafka = kafka;
    this.registry = registry;
  }

  /** Both on free ports. */
  public static LocalCluster start(Path dir) {
    return start(dir, 0, 0, Map.of());
  }

  /**
   * Returns when both answer; if one cannot start, the other is stopped.
   *
   * @param dir kept over restarts
   * @param kafkaPort 0 is any free one
   * @param registryPort 0 is any free one
   * @param brokerOverrides broker settings by Kafka's names
   * @throws EmbeddedException if a port or the directory is in use or cannot be used
   */
  public static LocalCluster start(
      Path dir, int kafkaPort, int registryPort, Map<String, String> brokerOverrides) {
    Loopback.freePorts(kafkaPort, registryPort); // before seconds are spent on the first
    EmbeddedKafka kafka = EmbeddedKafka.start(dir.resolve("kafka"), kafkaPort, brokerOverrides);
    try {
      return new LocalCluster(
          kafka, EmbeddedRegistry.start(kafka.bootstrapServers(), registryPort));
    } catch (RuntimeException e) {
      kafka.close();
      throw e;
    }
  }

  /** Where Kafka's clients connect: {@code 127.0.0.1:<port>}. */
  public String bootstrapServers() {
    return kafka.bootstrapServers();
  }

  /** Value for {@code schema.registry.url}. */
  public String registryUrl() {
    return registry.url();
  }

  /** Creates those that do not exist yet and leaves the others as they are. */
  public void createTopics(Collection<NewTopic> topics) {
    kafka.createTopics(topics);
  }

  /** Stops the registry, which writes to Kafka, and then Kafka. */
  @Override
  public void close() {
    try {
      registry.close();
    } finally {
      kafka.close();
    }
  }
}
