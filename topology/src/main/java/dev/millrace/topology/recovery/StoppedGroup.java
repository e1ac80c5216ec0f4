package dev.millrace.topology.recovery;

import dev.millrace.topology.Brokers;
import dev.millrace.topology.PreflightException;
import dev.millrace.topology.config.Pipeline;
import dev.millrace.topology.config.StreamsSettings;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
import org.apache.kafka.clients.admin.ListTransactionsOptions;
import org.apache.kafka.clients.admin.TransactionListing;
import org.apache.kafka.clients.admin.TransactionState;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** That no instance of a pipeline runs while its state is changed by another hand. */
final class StoppedGroup {
  private static final Logger LOG = LoggerFactory.getLogger(StoppedGroup.class);

  /** A static member stays in its group that long after it has stopped. */
  private static final String SESSION_TIMEOUT = "session.timeout.ms";

  private static final long PAUSE_MS = 500;

  private StoppedGroup() {}

  /** What Kafka Streams calls the transactions of a thread, behind the pipeline's name. */
  private static final String OF_A_THREAD = "-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}-\\d+";

  /**
   * Waits until the group has forgotten its members, a little longer than it should need. Those
   * that it has forgotten may only have been held up; transactions that they left open can then no
   * longer be committed.
   *
   * @throws PreflightException if there still are any
   */
  static void require(Brokers brokers, Pipeline pipeline) {
    long looks = sessionTimeoutMs(pipeline) / PAUSE_MS + 4;
    for (long look = 0; members(brokers, pipeline) > 0; look++) {
      if (look == looks) {
        throw running(pipeline);
      }
      if (look == 0) {
        LOG.info("waiting until the group {} forgets its members", pipeline.name());
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(PAUSE_MS));
    }
    fence(brokers, pipeline);
  }

  /** The offsets of such a transaction would move the group behind our back. */
  private static void fence(Brokers brokers, Pipeline pipeline) {
    var ongoing = new ListTransactionsOptions().filterStates(Set.of(TransactionState.ONGOING));
    List<String> open =
        brokers.answer(brokers.admin().listTransactions(ongoing).all()).stream()
            .map(TransactionListing::transactionalId)
            .filter(id -> id.matches(Pattern.quote(pipeline.name()) + OF_A_THREAD))
            .toList();
    if (!open.isEmpty()) {
      LOG.info("ending the open transactions {}", open);
      brokers.answer(brokers.admin().fenceProducers(open).all());
    }
  }

  /**
   * Looks once more, before what was done meanwhile is committed.
   *
   * @throws PreflightException if an instance has joined
   */
  static void requireStill(Brokers brokers, Pipeline pipeline) {
    if (members(brokers, pipeline) > 0) {
      throw running(pipeline);
    }
  }

  private static PreflightException running(Pipeline pipeline) {
    return new PreflightException(
        "pipeline '%s' is running: its group has members. Stop every instance, wait until session.timeout.ms (15 s unless stated) has passed, and ask again"
            .formatted(pipeline.name()));
  }

  private static long sessionTimeoutMs(Pipeline pipeline) {
    String stated =
        pipeline
            .kafka()
            .getOrDefault("consumer." + SESSION_TIMEOUT, pipeline.kafka().get(SESSION_TIMEOUT));
    return stated == null ? StreamsSettings.SESSION_MS : Long.parseLong(stated);
  }

  private static int members(Brokers brokers, Pipeline pipeline) {
    try {
      return brokers
          .answer(
              brokers
                  .admin()
                  .describeConsumerGroups(Set.of(pipeline.name()))
                  .describedGroups()
                  .get(pipeline.name()))
          .members()
          .size();
    } catch (GroupIdNotFoundException e) {
      return 0;
    }
  }
}
