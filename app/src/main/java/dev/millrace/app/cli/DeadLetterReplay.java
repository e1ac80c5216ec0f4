package dev.millrace.app.cli;

import dev.millrace.app.cli.ReplayTally.Verdict;
import dev.millrace.topology.config.Pipeline;
import dev.millrace.topology.config.StreamsSettings;
import dev.millrace.topology.error.DeadLetterHeaders;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Puts the dead letters of a pipeline back onto its input. Each transaction holds some events and
 * how far the letters have been read, so that whatever ends a run, the next one goes on where this
 * one stopped: no event is put back twice, and none is left out.
 */
final class DeadLetterReplay implements AutoCloseable {
  /** What to put back. */
  record Choice(Optional<String> reason, boolean again, OptionalLong limit) {}

  /** Is told how many letters of how many have been read. */
  @FunctionalInterface
  interface Progress {
    void at(long read, long of);
  }

  private static final Duration POLL = Duration.ofMillis(200);
  private static final int BOUND_MS = 10_000;

  private final Map<String, String> kafka;
  private final String group;
  private final String input;
  private final KafkaConsumer<byte[], byte[]> letters;
  private final Set<TopicPartition> partitions;
  private final int inputPartitions;
  private final Map<TopicPartition, ReplayProgress.Run> runs = new LinkedHashMap<>();
  private final Map<TopicPartition, Long> ends;
  private final ReplayTally tally = new ReplayTally();
  private long behind; // letters before those of this run

  /**
   * @param lettersAtOnce letters a transaction holds at most
   */
  DeadLetterReplay(Pipeline pipeline, Map<String, String> kafka, int lettersAtOnce) {
    this.kafka = kafka;
    group = pipeline.name() + ".replay-dead-letters";
    input = pipeline.input().topic();
    letters = consumer(lettersAtOnce);
    try {
      inputPartitions = partitionsOf(input).size();
      partitions = Set.copyOf(partitionsOf(pipeline.outputs().deadLetters()));
      letters.assign(partitions);
      ends = letters.endOffsets(partitions);
      seek();
    } catch (RuntimeException e) {
      letters.close();
      throw Connections.explained(e, kafka);
    }
  }

  private KafkaConsumer<byte[], byte[]> consumer(int lettersAtOnce) {
    Map<String, Object> config = new HashMap<>(kafka);
    config.put(ConsumerConfig.GROUP_ID_CONFIG, group);
    config.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    config.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    config.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
    config.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, lettersAtOnce);
    config.put(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, BOUND_MS);
    config.put(ConsumerConfig.REQUEST_TIMEOUT_MS_CONFIG, BOUND_MS / 2);
    try {
      return new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    } catch (RuntimeException e) {
      throw Connections.explained(e, kafka);
    }
  }

  private List<TopicPartition> partitionsOf(String topic) {
    List<TopicPartition> found =
        letters.partitionsFor(topic).stream()
            .map(p -> new TopicPartition(topic, p.partition()))
            .toList();
    if (found.isEmpty()) {
      throw new UserException(
          "there is no topic '" + topic + "'", "Run the pipeline first, or check its file");
    }
    return found;
  }

  /** To where the last run came, or to the beginning of a topic that is not the one it read. */
  private void seek() {
    Map<TopicPartition, Long> begins = letters.beginningOffsets(partitions);
    Map<TopicPartition, OffsetAndMetadata> committed = letters.committed(partitions);
    for (TopicPartition partition : partitions) {
      OffsetAndMetadata last = committed.get(partition);
      boolean known = last != null && last.offset() <= ends.get(partition);
      ReplayProgress progress =
          known ? ReplayProgress.of(last) : ReplayProgress.at(begins.get(partition));
      runs.put(partition, new ReplayProgress.Run(progress));
      letters.seek(partition, Math.max(progress.base(), begins.get(partition)));
      behind += letters.position(partition);
    }
  }

  /** Counts what {@link #run} would do, and changes nothing. */
  ReplayTally look(Choice choice, BooleanSupplier stop, Progress progress) {
    while (!finished(choice) && !stop.getAsBoolean()) {
      for (ConsumerRecord<byte[], byte[]> letter : letters.poll(POLL)) {
        if (isWithin(letter) && !limitReached(choice)) {
          take(letter, choice);
        }
      }
      progress.at(position() - behind, end() - behind);
    }
    return tally;
  }

  /** Puts letters back until all that there were at the start are read, or it is stopped. */
  ReplayTally run(Choice choice, BooleanSupplier stop, Progress progress) {
    try (KafkaProducer<byte[], byte[]> producer = producer()) {
      producer.initTransactions();
      while (!finished(choice) && !stop.getAsBoolean()) {
        ConsumerRecords<byte[], byte[]> some = letters.poll(POLL);
        if (!some.isEmpty()) {
          transaction(producer, some, choice);
        }
        progress.at(position() - behind, end() - behind);
      }
      return tally;
    } catch (ProducerFencedException e) {
      throw new UserException(
          "another replay of the same dead letters has begun", "Let that one finish", e);
    } catch (RuntimeException e) {
      throw Connections.explained(e, kafka);
    }
  }

  private KafkaProducer<byte[], byte[]> producer() {
    Map<String, Object> config = new HashMap<>(kafka);
    config.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, group);
    config.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
    config.put(ProducerConfig.ACKS_CONFIG, "all");
    config.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, StreamsSettings.RECORD_BYTES_MAX);
    return new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer());
  }

  private void transaction(
      KafkaProducer<byte[], byte[]> producer, ConsumerRecords<byte[], byte[]> some, Choice choice) {
    producer.beginTransaction();
    try {
      Map<TopicPartition, OffsetAndMetadata> progress = new HashMap<>();
      for (TopicPartition partition : some.partitions()) {
        progress.put(partition, partition(producer, some.records(partition), choice).toOffset());
      }
      producer.sendOffsetsToTransaction(progress, letters.groupMetadata());
      producer.commitTransaction();
    } catch (ProducerFencedException e) {
      throw e; // there is nothing left to abort
    } catch (RuntimeException e) {
      producer.abortTransaction();
      throw e;
    }
  }

  private ReplayProgress partition(
      KafkaProducer<byte[], byte[]> producer,
      List<ConsumerRecord<byte[], byte[]>> some,
      Choice choice) {
    TopicPartition partition =
        new TopicPartition(some.getFirst().topic(), some.getFirst().partition());
    long next = some.getFirst().offset();
    for (ConsumerRecord<byte[], byte[]> letter : some) {
      if (!isWithin(letter) || limitReached(choice)) {
        return runs.get(partition).until(next);
      }
      if (take(letter, choice) == Verdict.REPLAYED) {
        producer.send(event(letter));
      }
      next = letter.offset() + 1;
    }
    return runs.get(partition).until(next);
  }

  /** Counts a letter and says what becomes of it; null if an earlier run has dealt with it. */
  private Verdict take(ConsumerRecord<byte[], byte[]> letter, Choice choice) {
    ReplayProgress.Run run = runs.get(new TopicPartition(letter.topic(), letter.partition()));
    Optional<String> reason = DeadLetterHeaders.text(letter.headers(), DeadLetterHeaders.REASON);
    boolean replayed = letter.headers().lastHeader(DeadLetterHeaders.REPLAYED) != null;
    String kind = reason.orElse("none") + (replayed ? "*" : "");
    if (run.isDone(kind, letter.offset())) {
      return null;
    }
    Verdict verdict = verdict(letter, reason, replayed, choice);
    switch (verdict) {
      case REPLAYED, CUT -> run.done(kind);
      case NOT_CHOSEN, FAILED_AGAIN -> run.left(letter.offset());
      case FOREIGN -> {}
    }
    tally.count(reason.orElse("none"), verdict);
    return verdict;
  }

  private Verdict verdict(
      ConsumerRecord<byte[], byte[]> letter,
      Optional<String> reason,
      boolean replayed,
      Choice choice) {
    Headers headers = letter.headers();
    if (reason.isEmpty() || !isOfInput(headers)) {
      return Verdict.FOREIGN;
    }
    if (choice.reason().isPresent() && !choice.reason().equals(reason)) {
      return Verdict.NOT_CHOSEN;
    }
    if (replayed && !choice.again()) {
      return Verdict.FAILED_AGAIN;
    }
    boolean cut =
        headers.lastHeader(DeadLetterHeaders.VALUE_TRUNCATED) != null
            || headers.lastHeader(DeadLetterHeaders.KEY_TRUNCATED) != null
            || headers.lastHeader(DeadLetterHeaders.HEADERS_TRUNCATED) != null;
    return cut ? Verdict.CUT : Verdict.REPLAYED;
  }

  private boolean isOfInput(Headers headers) {
    return DeadLetterHeaders.text(headers, DeadLetterHeaders.TOPIC)
            .filter(input::equals)
            .isPresent()
        && number(headers, DeadLetterHeaders.PARTITION)
            .filter(p -> p >= 0 && p < inputPartitions)
            .isPresent()
        && number(headers, DeadLetterHeaders.OFFSET).isPresent();
  }

  private static Optional<Long> number(Headers headers, String name) {
    return DeadLetterHeaders.text(headers, name)
        .filter(text -> text.matches("[0-9]{1,18}"))
        .map(Long::parseLong);
  }

  /** The event as it was, with its first place in a header. */
  private ProducerRecord<byte[], byte[]> event(ConsumerRecord<byte[], byte[]> letter) {
    Headers headers = new RecordHeaders();
    for (Header header : letter.headers()) {
      if (!DeadLetterHeaders.isOfDeadLetter(header.key())) {
        headers.add(header);
      }
    }
    long partition = number(letter.headers(), DeadLetterHeaders.PARTITION).orElseThrow();
    if (headers.lastHeader(DeadLetterHeaders.REPLAYED) == null) {
      long offset = number(letter.headers(), DeadLetterHeaders.OFFSET).orElseThrow();
      String place = partition + ":" + offset;
      headers.add(DeadLetterHeaders.REPLAYED, place.getBytes(StandardCharsets.UTF_8));
    }
    long timestamp =
        number(letter.headers(), DeadLetterHeaders.TIMESTAMP).orElse(letter.timestamp());
    return new ProducerRecord<>(
        input, (int) partition, timestamp, letter.key(), letter.value(), headers);
  }

  private boolean isWithin(ConsumerRecord<byte[], byte[]> letter) {
    return letter.offset() < ends.get(new TopicPartition(letter.topic(), letter.partition()));
  }

  private boolean limitReached(Choice choice) {
    return choice.limit().isPresent()
        && tally.total(Verdict.REPLAYED) >= choice.limit().getAsLong();
  }

  private boolean finished(Choice choice) {
    return limitReached(choice)
        || partitions.stream().allMatch(p -> letters.position(p) >= ends.get(p));
  }

  private long position() {
    return partitions.stream().mapToLong(p -> Math.min(letters.position(p), ends.get(p))).sum();
  }

  private long end() {
    return ends.values().stream().collect(Collectors.summingLong(Long::longValue));
  }

  @Override
  public void close() {
    letters.close();
  }
}
