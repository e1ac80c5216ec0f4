package dev.millrace.app.cli;

import dev.millrace.topology.config.Words;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Reads the committed records of all partitions of a topic, without a consumer group. */
final class TopicReader implements AutoCloseable {
  private static final Duration POLL = Duration.ofMillis(200);
  private static final int BOUND_MS = 10_000;

  /** Offsets that transactions' markers may take among the last records. */
  private static final int MARKERS = 100;

  private final KafkaConsumer<byte[], byte[]> consumer;
  private final List<TopicPartition> partitions;

  TopicReader(Map<String, String> kafka, String topic) {
    Map<String, Object> config = new HashMap<>(kafka);
    config.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    config.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    config.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
    config.put(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, BOUND_MS);
    config.put(ConsumerConfig.REQUEST_TIMEOUT_MS_CONFIG, BOUND_MS / 2);
    try {
      consumer =
          new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    } catch (RuntimeException e) {
      throw Connections.explained(e, kafka);
    }
    try {
      partitions =
          consumer.partitionsFor(topic).stream()
              .map(p -> new TopicPartition(topic, p.partition()))
              .toList();
      if (partitions.isEmpty()) {
        throw new UserException(
            "there is no topic '"
                + topic
                + "'"
                + Words.didYouMean(topic, consumer.listTopics().keySet()),
            "Produce to it first, or check its name");
      }
      consumer.assign(partitions);
    } catch (RuntimeException e) {
      consumer.close();
      throw Connections.explained(e, kafka);
    }
  }

  /**
   * Hands records on until there were {@code count}, or for ever.
   *
   * @param count empty: go on; otherwise the last so many of those there are now, or the first
   * @param next returns false to stop
   */
  void read(
      OptionalInt count, boolean fromBeginning, Predicate<ConsumerRecord<byte[], byte[]>> next) {
    Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
    Map<TopicPartition, Long> begins = consumer.beginningOffsets(partitions);
    if (count.isEmpty()) {
      follow(fromBeginning ? begins : ends, next);
    } else if (fromBeginning) {
      readUntil(begins, ends, next, count.getAsInt());
    } else {
      last(begins, ends, count.getAsInt()).stream().allMatch(next);
    }
  }

  private void follow(
      Map<TopicPartition, Long> starts, Predicate<ConsumerRecord<byte[], byte[]>> next) {
    starts.forEach(consumer::seek);
    while (true) {
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
        if (!next.test(record)) {
          return;
        }
      }
    }
  }

  /** Goes back further and further until enough records come, or the beginning is reached. */
  private Deque<ConsumerRecord<byte[], byte[]>> last(
      Map<TopicPartition, Long> begins, Map<TopicPartition, Long> ends, int count) {
    Deque<ConsumerRecord<byte[], byte[]>> last = new ArrayDeque<>();
    for (long back = count + MARKERS; ; back *= 4) {
      Map<TopicPartition, Long> starts = new HashMap<>();
      for (TopicPartition p : partitions) {
        starts.put(p, Math.max(begins.get(p), ends.get(p) - back));
      }
      last.clear();
      readUntil(
          starts,
          ends,
          record -> {
            last.addLast(record);
            if (last.size() > count) {
              last.removeFirst();
            }
            return true;
          },
          Integer.MAX_VALUE);
      if (last.size() == count || starts.equals(begins)) {
        return last;
      }
    }
  }

  private void readUntil(
      Map<TopicPartition, Long> starts,
      Map<TopicPartition, Long> ends,
      Predicate<ConsumerRecord<byte[], byte[]>> next,
      int count) {
    starts.forEach(consumer::seek);
    int read = 0;
    while (partitions.stream().anyMatch(p -> consumer.position(p) < ends.get(p))) {
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
        if (record.offset() < ends.get(new TopicPartition(record.topic(), record.partition()))
            && (!next.test(record) || ++read == count)) {
          return;
        }
      }
    }
  }

  @Override
  public void close() {
    consumer.close();
  }
}
