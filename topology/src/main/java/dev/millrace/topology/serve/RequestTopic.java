package dev.millrace.topology.serve;

import dev.millrace.schemas.Prediction;
import dev.millrace.schemas.registry.SchemaRegistry;
import dev.millrace.schemas.registry.Subjects;
import dev.millrace.topology.Brokers;
import dev.millrace.topology.Event;
import dev.millrace.topology.LearningLoop;
import dev.millrace.topology.Preflight;
import dev.millrace.topology.PreflightException;
import dev.millrace.topology.Reports;
import dev.millrace.topology.config.Pipeline;
import dev.millrace.topology.decode.BadEventException;
import dev.millrace.topology.error.DeadLetter;
import dev.millrace.topology.records.KafkaClients;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * Answers a topic of requests: events in the input's own form, each of which becomes a prediction
 * on the output, in the partition and with the key of the request. Offsets are committed once the
 * answers are acknowledged, so none is lost; after a crash some may come twice, and carry the same
 * topic, partition and offset.
 */
public final class RequestTopic implements AutoCloseable {
  private static final Duration POLL = Duration.ofMillis(100);
  private static final long PAUSE_MS = 100;

  /** Behind the name of the output: requests that are no events. */
  public static final String DEAD_LETTERS = ".dead-letters";

  private final ServedModels models;
  private final Pipeline pipeline;
  private final String requests;
  private final String output;
  private final LearningLoop.Schemas schemas;
  private final int predictionId;
  private final Map<Integer, Reports> reports = new HashMap<>();
  private final AtomicReference<Throwable> failure = new AtomicReference<>();
  private final CountDownLatch closed = new CountDownLatch(1);
  private final CountDownLatch ended = new CountDownLatch(1);
  private final LongAdder answered = new LongAdder();
  private final LongAdder refused = new LongAdder();
  private final Map<TopicPartition, OffsetAndMetadata> done = new HashMap<>();

  private RequestTopic(
      ServedModels models,
      String requests,
      String output,
      LearningLoop.Schemas schemas,
      int predictionId) {
    this.models = models;
    this.pipeline = models.pipeline();
    this.requests = requests;
    this.output = output;
    this.schemas = schemas;
    this.predictionId = predictionId;
  }

  /**
   * Begins to answer; the topics of the answers are made if they are not there.
   *
   * @param schemas of the requests
   * @throws PreflightException if there is no such topic of requests
   */
  public static RequestTopic answer(
      ServedModels models,
      String requests,
      String output,
      SchemaRegistry registry,
      LearningLoop.Schemas schemas) {
    try (Brokers brokers = new Brokers(models.pipeline())) {
      int partitions = brokers.partitions(requests, 0);
      if (partitions == 0) {
        throw new PreflightException(
            "topic '%s' is not there. Create it, or produce to it first".formatted(requests));
      }
      create(brokers, output, partitions, Preflight.ANY_TIME);
      create(brokers, output + DEAD_LETTERS, partitions, Preflight.DEAD_LETTERS);
    }
    int id = registry.register(Subjects.value(output), Prediction.SCHEMA);
    RequestTopic topic = new RequestTopic(models, requests, output, schemas, id);
    Thread.ofPlatform().daemon().name(models.pipeline().name() + "-requests").start(topic::run);
    return topic;
  }

  private static void create(
      Brokers brokers, String topic, int partitions, Map<String, String> configs) {
    int has = brokers.create(topic, partitions, configs);
    if (has < partitions) {
      throw new PreflightException(
          "topic '%s' has %d partitions, that of the requests has %d; an answer goes to the partition of its request. Add partitions, or name another with --output"
              .formatted(topic, has, partitions));
    }
  }

  private void run() {
    try {
      answer();
    } catch (Throwable e) { // whoever runs us tells it and ends
      failure.compareAndSet(null, e);
    } finally {
      ended.countDown();
    }
  }

  private void answer() throws InterruptedException {
    while (!models.isReady()) {
      if (closed.await(PAUSE_MS, TimeUnit.MILLISECONDS)) {
        return;
      }
    }
    Map<String, String> consumes =
        Map.of(
            "group.id", pipeline.name() + "-serve",
            "isolation.level", "read_committed",
            "enable.auto.commit", "false",
            "auto.offset.reset", "earliest",
            "allow.auto.create.topics", "false",
            "client.id", pipeline.name() + "-requests");
    Map<String, String> produces =
        Map.of("acks", "all", "linger.ms", "0", "client.id", pipeline.name() + "-answers");
    try (KafkaConsumer<byte[], byte[]> consumer = KafkaClients.consumer(pipeline, consumes);
        Producer<byte[], byte[]> producer = KafkaClients.producer(pipeline, produces)) {
      consumer.subscribe(List.of(requests), new Leaving(consumer));
      while (closed.getCount() > 0) {
        ConsumerRecords<byte[], byte[]> records = consumer.poll(POLL);
        if (!records.isEmpty()) {
          for (ConsumerRecord<byte[], byte[]> record : records) {
            answer(record, producer);
          }
          producer.flush();
          if (failure.get() != null) {
            return; // before the offsets of what was not answered
          }
          done.putAll(records.nextOffsets());
          consumer.commitAsync(Map.copyOf(done), null);
        }
      }
      consumer.commitSync(done);
    }
  }

  /** Commits what was answered before another instance takes the partitions over. */
  private final class Leaving implements ConsumerRebalanceListener {
    private final KafkaConsumer<byte[], byte[]> consumer;

    Leaving(KafkaConsumer<byte[], byte[]> consumer) {
      this.consumer = consumer;
    }

    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
      consumer.commitSync(done);
      done.keySet().removeAll(partitions);
    }

    @Override
    public void onPartitionsLost(Collection<TopicPartition> partitions) {
      done.keySet().removeAll(partitions);
    }

    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> partitions) {}
  }

  private void answer(ConsumerRecord<byte[], byte[]> record, Producer<byte[], byte[]> producer)
      throws InterruptedException {
    Event event =
        new Event(
            record.key(),
            record.value(),
            record.topic(),
            record.partition(),
            record.offset(),
            record.timestamp());
    ServedModel model = model(record.key());
    try {
      model.score(
          record.value(),
          schemas,
          outcome -> {
            Prediction said =
                reports
                    .computeIfAbsent(model.partition(), p -> new Reports(pipeline, p))
                    .prediction(event, outcome, model.classes());
            send(producer, output, record, record.key(), said.encode(predictionId), null);
          });
      answered.increment();
    } catch (BadEventException why) {
      DeadLetter letter = DeadLetter.of(event, record.headers(), why);
      send(producer, output + DEAD_LETTERS, record, letter.key(), letter.value(), letter);
      refused.increment();
    }
  }

  /** That of the request's key, or else of the first partition that has one. */
  private ServedModel model(byte[] key) {
    Optional<ServedModel> ofKey =
        key == null ? Optional.empty() : models.model(models.partition(key));
    return ofKey.orElseGet(() -> models.all().getFirst());
  }

  private void send(
      Producer<byte[], byte[]> producer,
      String to,
      ConsumerRecord<byte[], byte[]> request,
      byte[] key,
      byte[] value,
      DeadLetter letter) {
    producer.send(
        new ProducerRecord<>(
            to,
            request.partition(),
            Math.max(0, request.timestamp()),
            key,
            value,
            letter == null ? null : letter.headers()),
        (metadata, e) -> {
          if (e != null) {
            failure.compareAndSet(null, e);
          }
        });
  }

  /** Requests that were answered with a prediction. */
  public long answered() {
    return answered.sum();
  }

  /** Requests that were no events, and went to the dead letters. */
  public long refused() {
    return refused.sum();
  }

  /** Whether it has ended by itself, which it does on an error only. */
  public boolean hasEnded() {
    return ended.getCount() == 0;
  }

  /** What ended it. */
  public Optional<Throwable> failure() {
    return Optional.ofNullable(failure.get());
  }

  @Override
  public void close() {
    closed.countDown();
    try {
      ended.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
