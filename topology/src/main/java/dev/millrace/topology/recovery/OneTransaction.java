package dev.millrace.topology.recovery;

import dev.millrace.topology.config.Pipeline;
import dev.millrace.topology.config.StreamsSettings;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Records that are written all or not at all. */
final class OneTransaction {
  private OneTransaction() {}

  /**
   * Writes them.
   *
   * @param purpose with the pipeline's name the transactional id
   */
  static void run(Pipeline pipeline, String purpose, Consumer<Producer<byte[], byte[]>> records) {
    Map<String, Object> settings = new HashMap<>(pipeline.kafka());
    settings.put("transactional.id", pipeline.name() + "-" + purpose);
    settings.put("max.request.size", StreamsSettings.CHANGELOG.get("max.message.bytes"));
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
      producer.initTransactions();
      producer.beginTransaction();
      records.accept(producer);
      producer.commitTransaction();
    }
  }
}
