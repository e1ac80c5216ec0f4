package dev.millrace.topology.recovery;

import dev.millrace.topology.LearningLoop;
import dev.millrace.topology.Names;
import dev.millrace.topology.OutputSchemas;
import dev.millrace.topology.Reports;
import dev.millrace.topology.config.Pipeline;
import dev.millrace.topology.records.OneTransaction;
import dev.millrace.topology.snapshot.SnapshotPublisher;
import dev.millrace.topology.store.Lineage;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * All that is written to install a model in a partition: its blocks and tombstones for those of the
 * model before, a copy that the log makes all later ones from, the metrics, and the offset that it
 * goes on from.
 *
 * @param loop the model, with the pipeline's own place, counters and lineage
 * @param before the blocks in the changelog
 * @param topic of the copies that the pipeline has published
 * @param copies the keys of their records
 * @param pending events that waited in the batch of the model before
 * @param moves whether the group's offset is not where the model goes on
 */
record InstallRecords(
    Pipeline pipeline,
    int partition,
    LearningLoop loop,
    Set<String> before,
    SnapshotTopic topic,
    Set<String> copies,
    Lineage.Installed from,
    long pending,
    boolean moves) {
  /**
   * What Kafka Streams writes beside an offset: Base64 of format 1 and a time that is not known.
   * Without it the offset would count as one set by hand, before there was a model.
   */
  private static final String OF_KAFKA_STREAMS = "Af//////////";

  void send(Producer<byte[], byte[]> producer, OutputSchemas ids) {
    sendState(producer);
    sendCopy(producer, ids);
    retireCopies(producer);
    Reports reports = new Reports(pipeline, partition);
    producer.send(
        new ProducerRecord<>(
            pipeline.outputs().metrics(),
            partition,
            reports.modelKey(),
            reports.metrics(loop).encode(ids.metrics())));
    if (moves) {
      TopicPartition input = new TopicPartition(pipeline.input().topic(), partition);
      producer.sendOffsetsToTransaction(
          Map.of(input, new OffsetAndMetadata(from.offset(), OF_KAFKA_STREAMS)),
          OneTransaction.group(pipeline));
    }
  }

  private void sendState(Producer<byte[], byte[]> producer) {
    String changelog = Names.changelog(pipeline);
    Set<String> left = new HashSet<>(before);
    loop.writeAll(
        (key, value) -> {
          left.remove(key);
          send(producer, changelog, key, key.equals(Lineage.KEY) ? lineageAfterCopy() : value);
        });
    left.forEach(key -> send(producer, changelog, key, null));
  }

  /** The copy tells the changes; they are not to be told again. */
  private byte[] lineageAfterCopy() {
    return loop.lineage().withSnapshot().toBytes();
  }

  private void sendCopy(Producer<byte[], byte[]> producer, OutputSchemas ids) {
    new SnapshotPublisher(
            pipeline, pipeline.input().topic(), partition, ids.manifest(), ids.block())
        .publishInstalled(
            loop.learner().orElseThrow(),
            loop.state(),
            loop.lineage(),
            (key, value) -> send(producer, pipeline.outputs().snapshots(), key, value));
  }

  /**
   * The newest of the copies before stay, as many as are kept, and the one that was gone back to.
   * The pipeline itself retires only those of the model that it has.
   */
  private void retireCopies(Producer<byte[], byte[]> producer) {
    List<Long> versions = copies.stream().map(topic::version).distinct().sorted().toList();
    int retired = Math.max(0, versions.size() - pipeline.snapshots().keep());
    Set<Long> old = new HashSet<>(versions.subList(0, retired));
    if (from.topic().equals(topic.partition().topic()) && from.model().equals(topic.model())) {
      old.remove(from.fromVersion());
    }
    copies.stream()
        .filter(key -> old.contains(topic.version(key)))
        .forEach(key -> send(producer, pipeline.outputs().snapshots(), key, null));
  }

  private void send(Producer<byte[], byte[]> producer, String topic, String key, byte[] value) {
    producer.send(
        new ProducerRecord<>(topic, partition, key.getBytes(StandardCharsets.UTF_8), value));
  }

  SnapshotInstall.Installed told() {
    return new SnapshotInstall.Installed(
        partition,
        from.model(),
        from.fromVersion(),
        from.version(),
        from.offset(),
        pending,
        from.weightsDigest());
  }
}
