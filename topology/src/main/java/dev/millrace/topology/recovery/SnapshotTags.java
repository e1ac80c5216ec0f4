package dev.millrace.topology.recovery;

import dev.millrace.schemas.SnapshotManifest;
import dev.millrace.topology.config.Pipeline;
import dev.millrace.topology.records.OneTransaction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * Tags published copies. What is tagged is written once more, under keys that the pipeline never
 * retires: it stays until somebody takes the tag away or gives it to another copy. The pipeline may
 * be running.
 */
public final class SnapshotTags {
  private SnapshotTags() {}

  /**
   * Gives a tag to a copy of each model named; those that had it lose it. Readers see all of it or
   * nothing.
   *
   * @throws IllegalArgumentException if no tag can be called so
   * @throws BrokenSnapshotException if a copy is not what was published
   */
  public static void tag(
      Pipeline pipeline, String tag, Map<SnapshotTopic, SnapshotManifest> copies) {
    CopyName.requireTag(tag);
    Map<SnapshotTopic, Map<String, ConsumerRecord<byte[], byte[]>>> records = new LinkedHashMap<>();
    Map<SnapshotTopic, Set<String>> before = new LinkedHashMap<>();
    copies.forEach(
        (topic, manifest) -> {
          records.put(topic, topic.records(manifest));
          before.put(topic, topic.tagged(tag).keys());
        });
    OneTransaction.run(
        pipeline,
        "tag",
        producer ->
            copies.forEach(
                (topic, manifest) -> {
                  retire(producer, topic, before.get(topic));
                  String prefix = topic.tagged(tag).prefix() + manifest.version() + "/";
                  records
                      .get(topic)
                      .forEach((key, record) -> send(producer, topic, prefix + key, record));
                }));
  }

  /**
   * Takes a tag away.
   *
   * @param partition empty for all models
   * @return the names of the models whose copies had it
   */
  public static List<String> untag(Pipeline pipeline, String tag, OptionalInt partition) {
    CopyName.requireTag(tag);
    Map<SnapshotTopic, Set<String>> keys = new LinkedHashMap<>();
    for (SnapshotTopic topic : SnapshotTopic.all(pipeline)) {
      if (partition.isEmpty() || partition.getAsInt() == topic.partition().partition()) {
        Set<String> tagged = topic.tagged(tag).keys();
        if (!tagged.isEmpty()) {
          keys.put(topic, tagged);
        }
      }
    }
    if (!keys.isEmpty()) {
      OneTransaction.run(
          pipeline, "tag", producer -> keys.forEach((topic, all) -> retire(producer, topic, all)));
    }
    List<String> models = new ArrayList<>();
    keys.keySet().forEach(topic -> models.add(topic.model()));
    return models;
  }

  private static void retire(
      Producer<byte[], byte[]> producer, SnapshotTopic topic, Set<String> keys) {
    for (String key : keys) {
      producer.send(
          new ProducerRecord<>(
              topic.partition().topic(), topic.partition().partition(), bytes(key), null));
    }
  }

  /** With the time that the pipeline gave it, which tells how old the model is. */
  private static void send(
      Producer<byte[], byte[]> producer,
      SnapshotTopic topic,
      String key,
      ConsumerRecord<byte[], byte[]> record) {
    producer.send(
        new ProducerRecord<>(
            topic.partition().topic(),
            topic.partition().partition(),
            record.timestamp(),
            bytes(key),
            record.value()));
  }

  private static byte[] bytes(String key) {
    return key.getBytes(StandardCharsets.UTF_8);
  }
}
