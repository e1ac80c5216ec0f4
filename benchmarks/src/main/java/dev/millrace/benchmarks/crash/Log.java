package dev.millrace.benchmarks.crash;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Topics as a reader of one isolation sees them, from their beginning to their end. */
final class Log implements AutoCloseable {
  /** What a reader who wants no aborted records states. */
  static final String COMMITTED = "read_committed";

  /** What a reader who takes everything states. */
  static final String UNCOMMITTED = "read_uncommitted";

  private static final Duration POLL = Duration.ofMillis(100);

  private final KafkaConsumer<byte[], byte[]> consumer;

  Log(String bootstrapServers, String isolation) {
    consumer =
        new KafkaConsumer<>(
            Map.of("bootstrap.servers", bootstrapServers, "isolation.level", isolation),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer());
  }

  /** One more than the newest offset that this reader may see. */
  long end(TopicPartition partition) {
    return consumer.endOffsets(List.of(partition)).get(partition);
  }

  List<ConsumerRecord<byte[], byte[]>> read(TopicPartition partition) {
    List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
    read(partition, records::add);
    return records;
  }

  void read(TopicPartition partition, Consumer<ConsumerRecord<byte[], byte[]>> each) {
    consumer.assign(List.of(partition));
    consumer.seekToBeginning(List.of(partition));
    long end = end(partition);
    while (consumer.position(partition) < end) {
      consumer.poll(POLL).forEach(each);
    }
  }

  @Override
  public void close() {
    consumer.close();
  }
}
