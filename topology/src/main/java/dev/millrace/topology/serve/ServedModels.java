package dev.millrace.topology.serve;

import dev.millrace.engine.kernel.Kernels;
import dev.millrace.topology.Brokers;
import dev.millrace.topology.Names;
import dev.millrace.topology.PreflightException;
import dev.millrace.topology.config.Pipeline;
import dev.millrace.topology.records.KafkaClients;
import dev.millrace.topology.recovery.BrokenSnapshotException;
import dev.millrace.topology.recovery.CopyName;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.utils.Utils;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The newest published model of each partition of a pipeline, or the tagged one. A thread follows
 * the topic of the copies, and exchanges a model once the next one is complete; whoever has taken a
 * model keeps it for as long as they need it.
 */
public final class ServedModels implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ServedModels.class);
  private static final Duration POLL_AT_START = Duration.ofMillis(200);

  /** Brokers answer as soon as there is anything; until then the processor is left to requests. */
  private static final Duration POLL = Duration.ofSeconds(5);

  /** Which versions are served, and how. */
  public record Options(CopyName which, Kernels kernels, int copies) {}

  private final Pipeline pipeline;
  private final Options options;
  private final ServeListener listener;
  private final AtomicReferenceArray<ServedModel> models;
  private final Thread thread;
  private final CountDownLatch closed = new CountDownLatch(1);
  private final CountDownLatch ended = new CountDownLatch(1);
  private final Map<Integer, Assembly.Complete> newest = new TreeMap<>(); // until caught up
  private final Map<Integer, String> broken = new TreeMap<>(); // by partition, until caught up
  private volatile KafkaConsumer<byte[], byte[]> follower; // null until the thread has it
  private volatile boolean caughtUp;
  private volatile Throwable failure;

  private ServedModels(Pipeline pipeline, int partitions, Options options, ServeListener listener) {
    this.pipeline = pipeline;
    this.options = options;
    this.listener = listener;
    models = new AtomicReferenceArray<>(partitions);
    thread = Thread.ofPlatform().daemon().name(pipeline.name() + "-models").unstarted(this::run);
  }

  /**
   * Begins to follow.
   *
   * @throws PreflightException if no topic of copies is there
   */
  public static ServedModels follow(Pipeline pipeline, Options options, ServeListener listener) {
    String topic = pipeline.outputs().snapshots();
    int partitions;
    try (Brokers brokers = new Brokers(pipeline)) {
      partitions = brokers.partitions(topic, 0);
      if (partitions == 0) {
        throw new PreflightException(
            "there is no topic '%s' at %s: pipeline '%s' has not run against these brokers yet. Start it first: millrace run FILE"
                .formatted(topic, brokers.servers(), pipeline.name()));
      }
    }
    ServedModels models = new ServedModels(pipeline, partitions, options, listener);
    models.thread.start();
    return models;
  }

  private void run() {
    try {
      follow();
    } catch (Throwable e) { // whoever runs us tells it and ends
      failure = e;
    } finally {
      ended.countDown();
    }
  }

  private void follow() {
    String topic = pipeline.outputs().snapshots();
    List<TopicPartition> partitions =
        IntStream.range(0, models.length()).mapToObj(i -> new TopicPartition(topic, i)).toList();
    List<Assembly> assemblies = new ArrayList<>();
    for (int i = 0; i < models.length(); i++) {
      String model = Names.model(pipeline.name(), i);
      assemblies.add(new Assembly(model, options.which()));
    }
    Map<String, String> settings =
        Map.of(
            "isolation.level", "read_committed",
            "enable.auto.commit", "false",
            "auto.offset.reset", "earliest",
            "allow.auto.create.topics", "false",
            "fetch.max.wait.ms", Long.toString(POLL.toMillis()),
            "client.id", pipeline.name() + "-models");
    try (KafkaConsumer<byte[], byte[]> consumer = KafkaClients.consumer(pipeline, settings)) {
      follower = consumer;
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      while (closed.getCount() > 0) {
        for (var record : consumer.poll(caughtUp ? POLL : POLL_AT_START)) {
          take(record, assemblies.get(record.partition()));
        }
        if (!caughtUp && partitions.stream().allMatch(p -> consumer.position(p) >= ends.get(p))) {
          serveNewest();
          caughtUp = true;
        }
      }
    } catch (WakeupException e) {
      // closed
    }
  }

  private void take(ConsumerRecord<byte[], byte[]> record, Assembly assembly) {
    if (record.key() == null) {
      return;
    }
    String key = new String(record.key(), StandardCharsets.UTF_8);
    try {
      assembly
          .take(key, record.value(), record.timestamp())
          .ifPresent(
              copy -> {
                broken.remove(record.partition());
                newest.put(record.partition(), copy);
              });
    } catch (BrokenSnapshotException e) {
      LOG.debug("at offset {}", record.offset(), e);
      broken.put(record.partition(), e.getMessage());
    }
    if (caughtUp) {
      serveNewest();
    }
  }

  /**
   * At a start only the newest of all that are kept becomes a model; and copies that have been
   * retired may be there in part, which it is not worth telling.
   */
  private void serveNewest() {
    newest.forEach(
        (partition, copy) -> {
          try {
            ServedModel model = copy.model(options.kernels(), options.copies());
            models.set(partition, model);
            listener.serves(model);
          } catch (BrokenSnapshotException e) {
            broken.put(partition, e.getMessage());
          }
        });
    newest.clear();
    broken.forEach(
        (partition, why) -> listener.broken(Names.model(pipeline.name(), partition), why));
    broken.clear();
  }

  public Pipeline pipeline() {
    return pipeline;
  }

  /** How many models there are, one for each partition of the input. */
  public int partitions() {
    return models.length();
  }

  /** The model of a partition; empty as long as none was published. */
  public Optional<ServedModel> model(int partition) {
    return Optional.ofNullable(models.get(partition));
  }

  /** The models that there are. */
  public List<ServedModel> all() {
    return IntStream.range(0, models.length()).boxed().flatMap(i -> model(i).stream()).toList();
  }

  /** The partition that Kafka's producers put the events of a key into. */
  public int partition(byte[] key) {
    return Utils.toPositive(Utils.murmur2(key)) % models.length();
  }

  /** Whether all that was published before the start has been read. */
  public boolean caughtUp() {
    return caughtUp;
  }

  /** Whether requests can be answered: all was read, and there is a model. */
  public boolean isReady() {
    return caughtUp && failure == null && !all().isEmpty();
  }

  /** Waits until the following ends by itself, which it does on an error only. */
  public boolean awaitEnd(Duration patience) throws InterruptedException {
    return ended.await(patience.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** What ended it. */
  public Optional<Throwable> failure() {
    return Optional.ofNullable(failure);
  }

  @Override
  public void close() {
    closed.countDown();
    if (follower != null) {
      follower.wakeup();
    }
    try {
      ended.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
