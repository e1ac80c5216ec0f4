package dev.millrace.topology;

import dev.millrace.engine.model.ModelSpec;
import dev.millrace.schemas.registry.SchemaRegistry;
import dev.millrace.schemas.registry.SchemaRegistry.Registered;
import dev.millrace.schemas.registry.Subjects;
import dev.millrace.topology.config.Pipeline;
import dev.millrace.topology.config.SpecResolver;
import dev.millrace.topology.config.StreamsSettings;
import dev.millrace.topology.config.Words;
import dev.millrace.topology.decode.BadEventException;
import dev.millrace.topology.decode.EventDecoder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.admin.FinalizedVersionRange;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.utils.AppInfoParser;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Looks before a pipeline starts whether all is there that it needs, and makes its topics. */
public final class Preflight {
  private static final Logger LOG = LoggerFactory.getLogger(Preflight.class);

  /** Older ones can keep writes of an aborted transaction after a crash (KAFKA-20685). */
  private static final String KAFKA_STREAMS_MIN = "4.3.1";

  private static final short TRANSACTION_VERSION_MIN = 2;

  private static final String RECORD_BYTES_MAX = Integer.toString(StreamsSettings.RECORD_BYTES_MAX);

  /** Settings of a topic of predictions: those of events of any time. */
  public static final Map<String, String> ANY_TIME =
      Map.of(StreamsSettings.TIMESTAMP_AFTER_MAX, Long.toString(Long.MAX_VALUE));

  private static final Map<String, String> SNAPSHOTS =
      with(ANY_TIME, Map.of("cleanup.policy", "compact", "max.message.bytes", RECORD_BYTES_MAX));

  /** Kept from when they were written, not from the time of an event that may be long past. */
  public static final Map<String, String> DEAD_LETTERS =
      Map.of("message.timestamp.type", "LogAppendTime", "max.message.bytes", RECORD_BYTES_MAX);

  /** A few small records, which make a model again for as long as the events are there. */
  private static final Map<String, String> KEPT =
      with(ANY_TIME, Map.of("cleanup.policy", "delete", "retention.ms", "-1"));

  /** How long a topic may take to be known once it is made. */
  private static final int KNOWN_LOOKS_MAX = 100;

  private static final Duration KNOWN_PAUSE = Duration.ofMillis(50);

  private final Pipeline pipeline;
  private final SchemaRegistry registry;

  /**
   * What was found.
   *
   * @param partitions of the input topic
   * @param spec the model that the newest schema of the input makes
   * @param missingFeatures features that this schema lacks
   */
  public record Findings(int partitions, ModelSpec spec, List<String> missingFeatures) {
    /**
     * Bytes that a commit is taken to write back: weights, the optimiser's slots and what layers
     * keep. Hashing scatters the rows of a table, and soon every block of 128 KiB holds one that
     * was touched; so tables count whole. But for the rows of growing features: most of these may
     * never be known, and those that are lie side by side.
     */
    public long modelBytes() {
      return spec.withTextsAtMost(1).networkBytes();
    }

    /** The same at most, every row of every table being touched. */
    public long modelBytesMax() {
      return spec.networkBytes();
    }
  }

  public Preflight(Pipeline pipeline, SchemaRegistry registry) {
    this.pipeline = pipeline;
    this.registry = registry;
  }

  private static Map<String, String> with(Map<String, String> some, Map<String, String> more) {
    Map<String, String> all = new HashMap<>(some);
    all.putAll(more);
    return Map.copyOf(all);
  }

  /**
   * Checks versions, broker, input topic and schema; changes nothing.
   *
   * @throws PreflightException with the way out
   */
  public Findings check() {
    refuseOldStreams();
    try (Brokers brokers = new Brokers(pipeline)) {
      warnOfOldTransactions(brokers);
      int partitions = inputPartitions(brokers);
      refuseChangedPartitions(brokers, partitions);
      String subject = Subjects.value(pipeline.input().topic());
      Optional<Registered> latest = registry.latest(subject);
      if (latest.isEmpty()) {
        throw new PreflightException(
            "topic '%s' has no schema: the registry has no subject '%s'. Register the events' Avro schema there; a stock Avro producer, or millrace produce, does so with its first event"
                .formatted(pipeline.input().topic(), subject));
      }
      return resolve(latest.get(), partitions);
    }
  }

  private Findings resolve(Registered latest, int partitions) {
    try {
      ModelSpec spec = SpecResolver.resolve(pipeline, latest.schema());
      EventDecoder decoder = EventDecoder.compile(latest.schema(), spec);
      return new Findings(partitions, spec, decoder.missingFeatures());
    } catch (BadEventException e) {
      throw new PreflightException(
          "the schema of subject '%s', version %d, does not fit the pipeline: %s"
              .formatted(latest.subject(), latest.version(), e.getMessage()));
    }
  }

  /** Creates the output topics that are not there, with the partitions of the input. */
  public void createOutputs(int partitions) {
    Pipeline.Outputs outputs = pipeline.outputs();
    try (Brokers brokers = new Brokers(pipeline)) {
      create(brokers, outputs.predictions(), partitions, ANY_TIME);
      create(brokers, outputs.metrics(), partitions, ANY_TIME);
      create(brokers, outputs.deadLetters(), partitions, DEAD_LETTERS);
      create(brokers, outputs.snapshots(), partitions, SNAPSHOTS);
      create(brokers, outputs.controlLog(), partitions, KEPT);
      create(brokers, outputs.control(), partitions, KEPT);
      awaitKnown(brokers, outputs.control());
      refuseMoreControls(brokers, partitions);
    }
  }

  /** A source that the brokers do not know yet would cost the first thread its life. */
  private static void awaitKnown(Brokers brokers, String topic) {
    for (int look = 0; brokers.partitions(topic, 0) == 0 && look < KNOWN_LOOKS_MAX; look++) {
      LockSupport.parkNanos(KNOWN_PAUSE.toNanos());
    }
  }

  /** Kafka Streams would make a model for each, with no events. */
  private void refuseMoreControls(Brokers brokers, int partitions) {
    String topic = pipeline.outputs().control();
    int has = brokers.partitions(topic, partitions);
    if (has > partitions) {
      throw new PreflightException(
          "topic '%s' has %d partitions, the input has %d, and each is the control of one model. Name another topic under outputs.control, or delete it: the next start makes it"
              .formatted(topic, has, partitions));
    }
  }

  /** Creates a topic, or looks whether the one that is there will do. */
  private static void create(
      Brokers brokers, String topic, int partitions, Map<String, String> configs) {
    int has = brokers.create(topic, partitions, configs);
    if (has < partitions) {
      throw new PreflightException(
          "topic '%s' has %d partitions, the input has %d; an output goes to the partition of its input. Add partitions, or name another topic under outputs"
              .formatted(topic, has, partitions));
    }
  }

  private static void refuseOldStreams() {
    String version = AppInfoParser.getVersion();
    if (compareVersions(version, KAFKA_STREAMS_MIN) < 0) {
      throw new PreflightException(
          "kafka-streams %s is on the class path; %s or newer is needed, since older ones can keep writes of an aborted transaction after a crash (KAFKA-20685)"
              .formatted(version, KAFKA_STREAMS_MIN));
    }
  }

  /** Compares dotted versions by their numbers. */
  static int compareVersions(String a, String b) {
    String[] left = a.split("[.-]");
    String[] right = b.split("[.-]");
    for (int i = 0; i < Math.min(left.length, right.length); i++) {
      boolean numbers = left[i].matches("\\d+") && right[i].matches("\\d+");
      int order =
          numbers
              ? Integer.compare(Integer.parseInt(left[i]), Integer.parseInt(right[i]))
              : left[i].compareTo(right[i]);
      if (order != 0) {
        return order;
      }
    }
    return Integer.compare(left.length, right.length);
  }

  private void warnOfOldTransactions(Brokers brokers) {
    FinalizedVersionRange version =
        brokers
            .answer(brokers.admin().describeFeatures().featureMetadata())
            .finalizedFeatures()
            .get("transaction.version");
    if (version == null || version.maxVersionLevel() < TRANSACTION_VERSION_MIN) {
      LOG.warn(
          "the brokers at {} run transaction.version {}; before 2 a transaction can be torn by a"
              + " late write. Upgrade it with kafka-features.sh",
          brokers.servers(),
          version == null ? 0 : version.maxVersionLevel());
    }
  }

  private int inputPartitions(Brokers brokers) {
    try {
      return brokers.partitions(pipeline.input().topic());
    } catch (UnknownTopicOrPartitionException e) {
      Set<String> topics = new TreeSet<>(brokers.answer(brokers.admin().listTopics().names()));
      throw new PreflightException(
          "topic '%s' is not there%s; topics at %s: %s. Create it, or produce to it first"
              .formatted(
                  pipeline.input().topic(),
                  Words.nearest(pipeline.input().topic(), topics)
                      .map(near -> ", but '" + near + "' is")
                      .orElse(""),
                  brokers.servers(),
                  topics.isEmpty() ? "none" : shorten(topics)));
    }
  }

  /** Each input partition has a model; the changelog tells how many there were at the start. */
  private void refuseChangedPartitions(Brokers brokers, int partitions) {
    String changelog = Names.changelog(pipeline);
    int models;
    try {
      models = brokers.partitions(changelog);
    } catch (UnknownTopicOrPartitionException e) {
      refuseLostChangelog(brokers);
      return; // the first start
    }
    if (models != partitions) {
      throw new PreflightException(
          "topic '%s' has %d partitions, and pipeline '%s' began with %d: keys have moved between models. Give the pipeline another name to begin new models"
              .formatted(pipeline.input().topic(), partitions, pipeline.name(), models));
    }
  }

  /** Kafka Streams would make the topic anew, or wait for it. */
  private void refuseLostChangelog(Brokers brokers) {
    brokers
        .committed(pipeline)
        .forEach(
            (partition, offset) -> {
              throw new StateLostException(pipeline, partition, offset);
            });
  }

  private static String shorten(Set<String> topics) {
    List<String> names = new ArrayList<>(topics);
    int shown = Math.min(20, names.size());
    String list = String.join(", ", names.subList(0, shown));
    return shown < names.size() ? list + ", and " + (names.size() - shown) + " more" : list;
  }
}
