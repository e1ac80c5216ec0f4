package dev.millrace.topology.config;

import dev.millrace.topology.error.OutputClients;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.streams.StreamsConfig;

/**
 * The Kafka Streams settings of a pipeline: those that exactness needs, those that fit a model's
 * size, and the user's over them.
 */
public final class StreamsSettings {
  private static final long DENSE_BYTES_PER_MS = 16_000; // 16 MB/s of changelog
  private static final long COMMIT_MS_MIN = 1_000;
  private static final long COMMIT_MS_MAX = 60_000;
  private static final long TRANSACTION_MS_MIN = 60_000;
  private static final long POLL_MS_MAX = 300_000; // Kafka's default

  /** The largest record that Millrace writes. */
  public static final int RECORD_BYTES_MAX = 4 << 20;

  /** A topic's setting for events whose time is far in the future: Kafka refuses one in an hour. */
  public static final String TIMESTAMP_AFTER_MAX = "message.timestamp.after.max.ms";

  /** How long a lost member keeps its place. */
  public static final long SESSION_MS = 15_000;

  /** Settings of the changelog: small segments, so that compaction bounds what a restore reads. */
  public static final Map<String, String> CHANGELOG =
      Map.of(
          "cleanup.policy",
          "compact",
          "segment.bytes",
          Integer.toString(64 << 20),
          "min.cleanable.dirty.ratio",
          "0.1",
          "max.message.bytes",
          Integer.toString(RECORD_BYTES_MAX),
          TIMESTAMP_AFTER_MAX,
          Long.toString(Long.MAX_VALUE));

  private StreamsSettings() {}

  /**
   * The settings of a pipeline whose commits all write about the same.
   *
   * @see #of(Pipeline, Path, String, long, long)
   */
  public static Properties of(
      Pipeline pipeline, Path stateDir, String instanceId, long modelBytes) {
    return of(pipeline, stateDir, instanceId, modelBytes, modelBytes);
  }

  /**
   * The settings of a pipeline.
   *
   * @param stateDir where the state stores live; must outlast the process
   * @param instanceId this instance's name in the consumer group, the same at the next start
   * @param modelBytes bytes written back at a commit: decides the commit interval
   * @param modelBytesMax the same at most: decides how long a transaction may take
   */
  public static Properties of(
      Pipeline pipeline, Path stateDir, String instanceId, long modelBytes, long modelBytesMax) {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("application.id", pipeline.name());
    settings.put("processing.guarantee", "exactly_once_v2");
    settings.put("commit.interval.ms", Long.toString(commitIntervalMs(modelBytes)));
    settings.put("num.stream.threads", "1");
    settings.put("group.protocol", "classic");
    settings.put("group.instance.id", instanceId);
    settings.put("ensure.explicit.internal.resource.naming", "true");
    settings.put("buffered.records.per.partition", "256");
    settings.put("consumer.max.poll.records", "500");
    settings.put("consumer.session.timeout.ms", Long.toString(SESSION_MS));
    settings.put("restore.consumer.max.poll.records", "100");
    settings.put("restore.consumer.max.partition.fetch.bytes", Integer.toString(8 << 20));
    settings.put("producer.max.request.size", Integer.toString(RECORD_BYTES_MAX));
    settings.put("producer.batch.size", Integer.toString(256 << 10));
    settings.put("producer.buffer.memory", Integer.toString(64 << 20));
    settings.put("default.client.supplier", OutputClients.class.getName());
    settings.put("rocksdb.config.setter", BoundedRocksDb.class.getName());
    settings.put("metadata.max.age.ms", "10000");
    settings.putAll(pipeline.kafka());
    settings.put("state.dir", stateDir.toString());
    long commitMs =
        Math.max(
            Long.parseLong(settings.get("commit.interval.ms")), commitIntervalMs(modelBytesMax));
    settings.putIfAbsent(
        "producer.transaction.timeout.ms",
        Long.toString(Math.max(TRANSACTION_MS_MIN, 4 * commitMs)));
    Properties properties = new Properties();
    properties.putAll(settings);
    return properties;
  }

  /**
   * How long one event may wait for something outside Kafka: half of what the transaction that it
   * holds open may take, or of what the consumer group allows between two polls.
   */
  public static Duration waitMax(StreamsConfig config) {
    Object transactionMs =
        config.getProducerConfigs("").get(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG);
    Object pollMs =
        config.getMainConsumerConfigs("", "", 0).get(ConsumerConfig.MAX_POLL_INTERVAL_MS_CONFIG);
    long shorterMs =
        Math.min(
            Long.parseLong(String.valueOf(transactionMs)),
            pollMs == null ? POLL_MS_MAX : Long.parseLong(String.valueOf(pollMs)));
    return Duration.ofMillis(shorterMs / 2);
  }

  private static long commitIntervalMs(long modelBytes) {
    return Math.clamp(modelBytes / DENSE_BYTES_PER_MS, COMMIT_MS_MIN, COMMIT_MS_MAX);
  }
}
