package dev.millrace.benchmarks.pipeline;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.GroupIdNotFoundException;

/**
 * The clock of one contestant's run through the topic. It starts when the first poll has returned
 * records, and stops at the last commit that left some of the topic unread: the commit after that
 * comes when the interval has passed, however long ago the work was done. A topic read within one
 * interval is measured to its only commit.
 *
 * @param records taken within the time
 * @param cpuSeconds processor time of the stream thread meanwhile, which programs beside it disturb
 *     less than they do the clock
 */
record Round(long records, double seconds, double cpuSeconds) {
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
  private static final Duration GLANCE = Duration.ofMillis(10);
  private static final Duration STANDSTILL_MAX = Duration.ofSeconds(90);

  double recordsPerSecond() {
    return records / seconds;
  }

  double cpuMicrosPerRecord() {
    return 1e6 * cpuSeconds / records;
  }

  /** Follows a running contestant until it has committed the whole topic. */
  static Round follow(
      Admin admin, String group, long records, Runnable atFirstPoll, BooleanSupplier failed)
      throws IOException, InterruptedException, ExecutionException {
    TopicPartition partition = new TopicPartition(Events.TOPIC, 0);
    Round round = null;
    long committed = 0;
    long moved = System.nanoTime();
    long thread = 0;
    long cpuNs = 0;
    while (committed < records) {
      Thread.sleep(GLANCE);
      if (thread == 0 && FirstPoll.atNs() != 0) {
        thread = streamThread(group);
        cpuNs = THREADS.getThreadCpuTime(thread);
        atFirstPoll.run();
      }
      long now = committed(admin, group, partition);
      if (now > committed) {
        committed = now;
        moved = System.nanoTime();
        if (round == null || now < records) {
          double cpuSeconds = (THREADS.getThreadCpuTime(thread) - cpuNs) / 1e9;
          round = new Round(now, (moved - FirstPoll.atNs()) / 1e9, cpuSeconds);
        }
      }
      if (failed.getAsBoolean() || System.nanoTime() - moved > STANDSTILL_MAX.toNanos()) {
        throw new IOException(group + " stands still at offset " + committed + " of " + records);
      }
    }
    return round;
  }

  private static long streamThread(String group) throws IOException {
    for (ThreadInfo thread : THREADS.getThreadInfo(THREADS.getAllThreadIds())) {
      if (thread != null
          && thread.getThreadName().startsWith(group + "-")
          && thread.getThreadName().endsWith("-StreamThread-1")) {
        return thread.getThreadId();
      }
    }
    throw new IOException(group + " has no stream thread");
  }

  private static long committed(Admin admin, String group, TopicPartition partition)
      throws InterruptedException, ExecutionException {
    try {
      OffsetAndMetadata offset =
          admin
              .listConsumerGroupOffsets(group)
              .partitionsToOffsetAndMetadata()
              .get()
              .get(partition);
      return offset == null ? 0 : offset.offset();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof GroupIdNotFoundException) {
        return 0;
      }
      throw e;
    }
  }
}
