package dev.millrace.topology.recovery;

import dev.millrace.engine.Counters;
import dev.millrace.engine.Learner;
import dev.millrace.engine.state.BlockReader;
import dev.millrace.engine.state.StateException;
import dev.millrace.topology.Brokers;
import dev.millrace.topology.Names;
import dev.millrace.topology.config.Pipeline;
import dev.millrace.topology.config.StreamsSettings;
import dev.millrace.topology.records.CommittedRecords;
import dev.millrace.topology.store.Lineage;
import dev.millrace.topology.store.LoopState;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.TopicPartition;

/**
 * What the changelog tells of a partition's model, its weights apart: which blocks there are, and
 * how far it has come. Whatever the model was made with can be asked.
 */
final class Changelog implements BlockReader {
  private static final String META = "meta/";

  private final Set<String> keys = new LinkedHashSet<>();
  private final Map<String, byte[]> meta = new HashMap<>();

  private Changelog() {}

  /** That of a partition; one without blocks if there is no changelog. */
  static Changelog of(Pipeline pipeline, int partition, Brokers brokers) {
    Changelog state = new Changelog();
    TopicPartition changelog = new TopicPartition(Names.changelog(pipeline), partition);
    if (brokers.partitions(changelog.topic(), 0) == 0) {
      return state;
    }
    try (CommittedRecords records = new CommittedRecords(pipeline.kafka(), changelog)) {
      records.read(
          records.begin(),
          records.end(),
          record -> state.put(new String(record.key(), StandardCharsets.UTF_8), record.value()));
    }
    return state;
  }

  /** Makes the topic as Kafka Streams would make it, if it is not there. */
  static void create(Brokers brokers, Pipeline pipeline) {
    String changelog = Names.changelog(pipeline);
    if (brokers.partitions(changelog, 0) == 0) {
      int partitions = brokers.partitions(pipeline.input().topic());
      NewTopic topic = new NewTopic(changelog, Optional.of(partitions), Optional.empty());
      brokers.answer(
          brokers.admin().createTopics(Set.of(topic.configs(StreamsSettings.CHANGELOG))).all());
    }
  }

  private void put(String key, byte[] value) {
    if (value == null) {
      keys.remove(key);
      meta.remove(key);
    } else {
      keys.add(key);
      if (key.startsWith(META)) {
        meta.put(key, value);
      }
    }
  }

  @Override
  public byte[] get(String key) {
    return meta.get(key);
  }

  /** The blocks there are. */
  Set<String> keys() {
    return keys;
  }

  /** Whether anything was ever stored here. */
  boolean isThere() {
    return meta.containsKey(LoopState.KEY);
  }

  LoopState loop() {
    return isThere() ? LoopState.fromBytes(get(LoopState.KEY)) : LoopState.empty();
  }

  Lineage lineage(Pipeline pipeline) {
    byte[] stored = get(Lineage.KEY);
    if (stored == null && isThere()) {
      throw new StateException("block is missing, key=" + Lineage.KEY);
    }
    return stored == null ? Lineage.of(pipeline) : Lineage.fromBytes(stored);
  }

  /** How far the model had come; nowhere if there was none. */
  Learner.Stored model() {
    return loop().spec().isPresent() ? Learner.stored(this) : new Learner.Stored(0, Counters.NONE);
  }
}
