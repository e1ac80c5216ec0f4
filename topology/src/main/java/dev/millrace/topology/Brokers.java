package dev.millrace.topology;

import dev.millrace.topology.config.Pipeline;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** Questions to the brokers of a pipeline that are answered soon, or end with the way out. */
public final class Brokers implements AutoCloseable {
  private static final long ANSWER_SECONDS = 10;

  private final String servers;
  private final Admin admin;

  public Brokers(Pipeline pipeline) {
    servers = pipeline.kafka().get("bootstrap.servers");
    Map<String, Object> settings = new HashMap<>();
    pipeline
        .kafka()
        .forEach(
            (name, value) -> {
              if (AdminClientConfig.configNames().contains(name)) {
                settings.put(name, value);
              }
            });
    settings.put("request.timeout.ms", "5000");
    settings.put("default.api.timeout.ms", Long.toString(ANSWER_SECONDS * 1000 - 2000));
    try {
      admin = Admin.create(settings);
    } catch (KafkaException e) {
      String message = rootMessage(e);
      throw new PreflightException(
          "kafka settings: "
              + message
              + (message.contains("bootstrap.servers")
                  ? "; it is '" + servers + "', expected host:port of a broker"
                  : ""),
          e);
    }
  }

  /** What to ask. */
  public Admin admin() {
    return admin;
  }

  /** Where the brokers are. */
  public String servers() {
    return servers;
  }

  /**
   * The partitions of a topic.
   *
   * @throws org.apache.kafka.common.errors.UnknownTopicOrPartitionException if it is not there
   */
  public int partitions(String topic) {
    return answer(admin.describeTopics(Set.of(topic)).topicNameValues().get(topic))
        .partitions()
        .size();
  }

  /** The partitions of a topic, or another number if it is not there. */
  public int partitions(String topic, int otherwise) {
    try {
      return partitions(topic);
    } catch (UnknownTopicOrPartitionException e) {
      return otherwise;
    }
  }

  /**
   * Makes a topic. One that is there stays as it is; one just made is not looked at, since for a
   * moment the broker that answers may not know it yet.
   *
   * @return how many partitions it has, wanted or not
   */
  public int create(String topic, int partitions, Map<String, String> configs) {
    NewTopic wanted = new NewTopic(topic, Optional.of(partitions), Optional.empty());
    try {
      answer(admin.createTopics(Set.of(wanted.configs(configs))).all());
      return partitions;
    } catch (TopicExistsException e) {
      return partitions(topic);
    }
  }

  /**
   * The offsets that a pipeline has committed, by partition of its input; none if it never ran. An
   * offset that somebody set by hand, to begin in the middle of a topic, is none of them: Kafka
   * Streams writes its time beside each of its own.
   */
  public Map<Integer, Long> committed(Pipeline pipeline) {
    return offsets(pipeline, offset -> !offset.metadata().isEmpty());
  }

  /** The offsets that a pipeline goes on from where it has any, whoever set them. */
  public Map<Integer, Long> positions(Pipeline pipeline) {
    return offsets(pipeline, offset -> true);
  }

  private Map<Integer, Long> offsets(Pipeline pipeline, Predicate<OffsetAndMetadata> which) {
    Map<Integer, Long> offsets = new HashMap<>();
    answer(
            admin
                .listConsumerGroupOffsets(pipeline.name())
                .partitionsToOffsetAndMetadata(pipeline.name()))
        .forEach(
            (partition, offset) -> {
              if (offset != null
                  && which.test(offset)
                  && partition.topic().equals(pipeline.input().topic())) {
                offsets.put(partition.partition(), offset.offset());
              }
            });
    return offsets;
  }

  /** What these brokers are known by wherever they move; empty if they do not say. */
  public String clusterId() {
    String id = answer(admin.describeCluster().clusterId());
    return id == null ? "" : id;
  }

  /** Waits for an answer; Kafka's own errors come as they are. */
  public <T> T answer(KafkaFuture<T> future) {
    try {
      return future.get(ANSWER_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof org.apache.kafka.common.errors.TimeoutException) {
        throw unreachable(e.getCause());
      }
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw new PreflightException(rootMessage(e), e);
    } catch (TimeoutException e) {
      throw unreachable(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new PreflightException("interrupted while asking " + servers, e);
    }
  }

  private PreflightException unreachable(Throwable cause) {
    return new PreflightException(
        "no Kafka broker answers at %s. Start one (millrace local does), or name yours: kafka: {bootstrap.servers: \"host:9092\"}"
            .formatted(servers),
        cause);
  }

  private static String rootMessage(Throwable error) {
    return error.getCause() == null ? error.getMessage() : rootMessage(error.getCause());
  }

  @Override
  public void close() {
    admin.close();
  }
}
