package dev.millrace.topology.records;

import dev.millrace.topology.config.Pipeline;
import dev.millrace.topology.config.StreamsSettings;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Records that are written all or not at all. */
public final class OneTransaction {
  private OneTransaction() {}

  /**
   * Writes them.
   *
   * @param purpose with the pipeline's name the transactional id
   */
  public static void run(
      Pipeline pipeline, String purpose, Consumer<Producer<byte[], byte[]>> records) {
    Map<String, Object> settings = new HashMap<>(pipeline.kafka());
    settings.put("transactional.id", pipeline.name() + "-" + purpose);
    settings.put("max.request.size", StreamsSettings.CHANGELOG.get("max.message.bytes"));
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
      producer.initTransactions();
      producer.beginTransaction();
      records.accept(producer);
      producer.commitTransaction();
    } // without a commit, closing aborts
  }

  /** The group of a stopped pipeline, as a transaction that moves its offsets wants it. */
  public static ConsumerGroupMetadata group(Pipeline pipeline) {
    Map<String, Object> settings = new HashMap<>(pipeline.kafka());
    settings.put("group.id", pipeline.name());
    settings.remove("group.instance.id");
    try (var consumer =
        new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      return consumer.groupMetadata();
    }
  }
}
