package dev.millrace.topology;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.streams.processor.StateRestoreListener;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Hears from Kafka Streams what is restored, batch by batch, and tells it about once a second. */
final class RestoreProgress implements StateRestoreListener {
  private static final Logger LOG = LoggerFactory.getLogger(RestoreProgress.class);
  private static final Duration INTERVAL = Duration.ofSeconds(1);

  private final String pipeline;
  private final InstantSource clock;
  private final StartListener listener;
  private final Map<TopicPartition, Restore> restores = new ConcurrentHashMap<>();

  RestoreProgress(String pipeline, InstantSource clock, StartListener listener) {
    this.pipeline = pipeline;
    this.clock = clock;
    this.listener = listener;
  }

  /** One model's restore; each is restored by one thread. */
  private final class Restore {
    private final String model;
    private final long from;
    private final long total;
    private final Instant start = clock.instant();
    private Instant told = start;
    private long read;
    private long blocks;

    Restore(TopicPartition changelog, long from, long end) {
      model = pipeline + "-" + changelog.partition();
      this.from = from;
      total = Math.max(0, end - from);
      tell(start, false);
    }

    void batch(long lastOffset, long records) {
      read = Math.clamp(lastOffset + 1 - from, read, total);
      blocks += records;
      Instant now = clock.instant();
      if (!now.isBefore(told.plus(INTERVAL))) {
        told = now;
        tell(now, false);
      }
    }

    void end(boolean complete) {
      read = complete ? total : read; // markers of transactions after the last record
      tell(clock.instant(), true);
    }

    private void tell(Instant now, boolean ended) {
      var progress = new Restoring(model, read, total, blocks, Duration.between(start, now), ended);
      LOG.info("{}", progress);
      listener.restoring(progress);
    }
  }

  @Override
  public void onRestoreStart(
      TopicPartition changelog, String store, long startingOffset, long endingOffset) {
    restores.put(changelog, new Restore(changelog, startingOffset, endingOffset));
  }

  @Override
  public void onBatchRestored(
      TopicPartition changelog, String store, long batchEndOffset, long records) {
    Restore restore = restores.get(changelog);
    if (restore != null) {
      restore.batch(batchEndOffset, records);
    }
  }

  @Override
  public void onRestoreEnd(TopicPartition changelog, String store, long totalRestored) {
    end(changelog, true);
  }

  @Override
  public void onRestoreSuspended(TopicPartition changelog, String store, long totalRestored) {
    end(changelog, false);
  }

  private void end(TopicPartition changelog, boolean complete) {
    Restore restore = restores.remove(changelog);
    if (restore != null) {
      restore.end(complete);
    }
  }
}
