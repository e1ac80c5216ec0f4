package dev.millrace.benchmarks.operation;

import dev.millrace.benchmarks.crash.Group;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Sends events over and over, as fast as a pipeline learns them: never more of them wait than it is
 * told, so that the pipeline is busy all the time and the topic does not outgrow the disk.
 */
final class Feed implements AutoCloseable {
  private static final int PORTION = 100;
  private static final long PAUSE_MS = 20;

  private final KafkaProducer<byte[], byte[]> producer;
  private final Group group;
  private final String topic;
  private final List<byte[]> events;
  private final int waitingMax;
  private final AtomicReference<Exception> failure = new AtomicReference<>();
  private final Thread thread;
  private volatile boolean closed;
  private long sent;

  private Feed(
      String bootstrapServers, Group group, String topic, List<byte[]> events, int waitingMax) {
    producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", bootstrapServers, "linger.ms", "5"),
            new ByteArraySerializer(),
            new ByteArraySerializer());
    this.group = group;
    this.topic = topic;
    this.events = events;
    this.waitingMax = waitingMax;
    thread = Thread.ofPlatform().name("feed").unstarted(this::run);
  }

  /**
   * Begins to send.
   *
   * @param waitingMax events sent and not yet committed
   */
  static Feed start(
      String bootstrapServers, Group group, String topic, List<byte[]> events, int waitingMax) {
    Feed feed = new Feed(bootstrapServers, group, topic, events, waitingMax);
    feed.thread.start();
    return feed;
  }

  private void run() {
    try {
      long committed = 0;
      while (!closed) {
        if (sent - committed >= waitingMax) {
          Thread.sleep(PAUSE_MS);
          committed = Math.max(committed, Group.sum(group.committed()));
        } else {
          portion();
        }
      }
    } catch (RuntimeException e) {
      failure.compareAndSet(null, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void portion() {
    for (int i = 0; i < PORTION; i++) {
      byte[] event = events.get((int) (sent++ % events.size()));
      producer.send(
          new ProducerRecord<>(topic, event),
          (metadata, e) -> {
            if (e != null) {
              failure.compareAndSet(null, e);
            }
          });
    }
  }

  /** Fails if an event could not be sent. */
  void mustWork() {
    if (failure.get() != null && !closed) {
      throw new IllegalStateException("an event could not be sent", failure.get());
    }
  }

  @Override
  public void close() {
    closed = true;
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    producer.close(Duration.ZERO);
  }
}
