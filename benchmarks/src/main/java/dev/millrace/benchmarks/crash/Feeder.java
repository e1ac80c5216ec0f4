package dev.millrace.benchmarks.crash;

import dev.millrace.app.data.CsvOptions;
import dev.millrace.app.data.CsvSource;
import dev.millrace.schemas.wire.WireFormat;
import dev.millrace.topology.config.Pipeline;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Sends the rows of a file, as {@code produce} encodes them, at an even pace and over and over, so
 * that whatever is killed is killed at work. Row after row goes to partition after partition.
 */
final class Feeder implements AutoCloseable {
  private static final int PORTION = 10; // rows between two pauses

  private final Pipeline pipeline;
  private final Path file;
  private final int schemaId;
  private final int partitions;
  private final long pauseNanos;
  private final KafkaProducer<byte[], byte[]> producer;
  private final AtomicReference<Exception> failure = new AtomicReference<>();
  private final Thread thread = Thread.ofPlatform().name("feeder").unstarted(this::run);
  private volatile boolean finish;
  private volatile boolean closed;
  private long sent;
  private int passes;

  Feeder(Pipeline pipeline, Path file, int schemaId, int partitions, int rowsPerSecond) {
    this.pipeline = pipeline;
    this.file = file;
    this.schemaId = schemaId;
    this.partitions = partitions;
    pauseNanos = TimeUnit.SECONDS.toNanos(PORTION) / rowsPerSecond;
    producer =
        new KafkaProducer<>(
            Map.of(
                "bootstrap.servers",
                pipeline.kafka().get("bootstrap.servers"),
                "delivery.timeout.ms", // brokers are away for a while
                Integer.toString(Integer.MAX_VALUE),
                "max.block.ms",
                Long.toString(TimeUnit.MINUTES.toMillis(10))),
            new ByteArraySerializer(),
            new ByteArraySerializer());
  }

  void start() {
    thread.start();
  }

  /** Sends the rest of the file's last pass at once, and returns when all has been taken. */
  int finish() throws IOException, InterruptedException {
    finish = true;
    thread.join();
    producer.flush();
    if (failure.get() != null) {
      throw new IOException("an event could not be sent", failure.get());
    }
    return passes;
  }

  private void run() {
    try {
      while (!closed && (passes == 0 || !finish)) {
        pass();
        passes++;
      }
    } catch (IOException | RuntimeException e) {
      failure.compareAndSet(null, e);
    }
  }

  private void pass() throws IOException {
    try (CsvSource rows = CsvSource.open(file, pipeline, CsvOptions.DEFAULT)) {
      while (!closed && rows.next()) {
        byte[] value = WireFormat.frame(schemaId, rows.buffer(), rows.length());
        int partition = (int) (sent++ % partitions);
        producer.send(
            new ProducerRecord<>(pipeline.input().topic(), partition, rows.key(), value),
            (metadata, e) -> {
              if (e != null) {
                failure.compareAndSet(null, e);
              }
            });
        if (sent % PORTION == 0 && !finish) {
          LockSupport.parkNanos(pauseNanos);
        }
      }
    }
  }

  @Override
  public void close() {
    closed = true;
    producer.close(Duration.ZERO);
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
