package dev.millrace.app.demo;

import dev.millrace.app.data.CsvOptions;
import dev.millrace.app.data.CsvSource;
import dev.millrace.schemas.wire.WireFormat;
import dev.millrace.topology.config.Pipeline;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Produces the rows of a file as events, at a stated pace, from where the topic ends. */
final class Feeder implements Runnable {
  private final Pipeline pipeline;
  private final Path file;
  private final int schemaId;
  private final double eventsPerSecond;
  private volatile long produced;
  private volatile boolean done;
  private volatile boolean stopped;
  private volatile Exception failure;

  /**
   * A feeder.
   *
   * @param eventsPerSecond the pace; infinity for as fast as can be
   * @param present events that the topic has already: so many rows are passed over
   */
  Feeder(Pipeline pipeline, Path file, int schemaId, double eventsPerSecond, long present) {
    this.pipeline = pipeline;
    this.file = file;
    this.schemaId = schemaId;
    this.eventsPerSecond = eventsPerSecond;
    this.produced = present;
  }

  @Override
  public void run() {
    Map<String, Object> settings =
        Map.of(
            "bootstrap.servers", pipeline.kafka().get("bootstrap.servers"),
            "enable.idempotence", "true",
            "linger.ms", "5");
    try (CsvSource rows = CsvSource.open(file, pipeline, CsvOptions.DEFAULT);
        var producer =
            new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
      feed(rows, producer);
      producer.flush();
      done = !stopped;
    } catch (IOException | RuntimeException e) {
      failure = e;
    }
  }

  private void feed(CsvSource rows, KafkaProducer<byte[], byte[]> producer) throws IOException {
    long present = produced;
    long start = System.nanoTime();
    long row = 0;
    while (!stopped && rows.next()) {
      if (row++ < present) {
        continue;
      }
      pace(start, row - present);
      byte[] value = WireFormat.frame(schemaId, rows.buffer(), rows.length());
      producer.send(
          new ProducerRecord<>(pipeline.input().topic(), rows.key(), value),
          (sent, error) -> failure = error == null ? failure : error);
      produced = row;
    }
  }

  private void pace(long startNanos, long events) {
    long due = startNanos + (long) (events / eventsPerSecond * TimeUnit.SECONDS.toNanos(1));
    for (long wait = due - System.nanoTime();
        wait > 0 && !stopped;
        wait = due - System.nanoTime()) {
      LockSupport.parkNanos(Math.min(wait, TimeUnit.MILLISECONDS.toNanos(50)));
    }
  }

  /** Events that the topic has or is about to have. */
  long produced() {
    return produced;
  }

  /** Whether every row of the file is in the topic. */
  boolean done() {
    return done;
  }

  /** What stopped the feeder before its end, null if nothing did. */
  Exception failure() {
    return failure;
  }

  void stop() {
    stopped = true;
  }
}
