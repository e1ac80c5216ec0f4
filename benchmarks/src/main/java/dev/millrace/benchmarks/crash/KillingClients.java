package dev.millrace.benchmarks.crash;

import dev.millrace.topology.error.OutputClients;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * The product's clients, which end the process at a {@link Trigger}. Kafka Streams takes them by
 * its setting {@code default.client.supplier}, so the product that runs with them is the product.
 */
public final class KillingClients extends OutputClients {
  private final Trigger trigger = Trigger.parse(System.getProperty(Trigger.PROPERTY));

  @Override
  public Producer<byte[], byte[]> getProducer(Map<String, Object> config) {
    return new KillingProducer(config, trigger);
  }

  @Override
  public Consumer<byte[], byte[]> getRestoreConsumer(Map<String, Object> config) {
    return trigger.point() == KillPoint.RESTORE
        ? new KillingConsumer(config, trigger)
        : getConsumer(config);
  }

  /** Counts what it sends within a transaction, and its commits. */
  private static final class KillingProducer extends OutputClients.OutputProducer {
    private final Trigger trigger;
    private final String ofCounted;
    private boolean offsets; // in this transaction
    private int commits;
    private int sent; // records that count, in this transaction

    KillingProducer(Map<String, Object> config, Trigger trigger) {
      super(config);
      this.trigger = trigger;
      ofCounted =
          switch (trigger.point()) {
            case HOOK_BLOCK -> "-changelog";
            case SNAPSHOT -> ".snapshots";
            default -> null;
          };
    }

    private boolean due(KillPoint point) {
      return trigger.point() == point && commits >= trigger.commits();
    }

    @Override
    public Future<RecordMetadata> send(ProducerRecord<byte[], byte[]> record, Callback callback) {
      Future<RecordMetadata> future = super.send(record, callback);
      if (ofCounted != null
          && record.topic().endsWith(ofCounted)
          && commits >= trigger.commits()
          && ++sent == trigger.count()) {
        flush(); // or no part of it would ever have left this process
        trigger.fire();
      }
      return future;
    }

    @Override
    public void sendOffsetsToTransaction(
        Map<TopicPartition, OffsetAndMetadata> offsets, ConsumerGroupMetadata group) {
      super.sendOffsetsToTransaction(offsets, group);
      this.offsets = !offsets.isEmpty();
    }

    @Override
    public void commitTransaction() {
      if (offsets && due(KillPoint.BEFORE_COMMIT)) {
        trigger.fire();
      }
      if (offsets && due(KillPoint.DURING_COMMIT)) {
        Thread.ofPlatform().start(trigger::fire);
      }
      super.commitTransaction();
      if (offsets && due(KillPoint.AFTER_COMMIT)) {
        trigger.fire();
      }
      commits += offsets ? 1 : 0;
      offsets = false;
      sent = 0;
    }

    @Override
    public void abortTransaction() {
      super.abortTransaction();
      offsets = false;
      sent = 0;
    }
  }

  /** Hands on some records, and ends the process when asked for more. */
  private static final class KillingConsumer extends KafkaConsumer<byte[], byte[]> {
    private final Trigger trigger;
    private int read;

    KillingConsumer(Map<String, Object> config, Trigger trigger) {
      super(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
      this.trigger = trigger;
    }

    @Override
    public ConsumerRecords<byte[], byte[]> poll(Duration timeout) {
      if (read >= trigger.count()) {
        trigger.fire();
      }
      ConsumerRecords<byte[], byte[]> records = super.poll(timeout);
      read += records.count();
      return records;
    }
  }
}
