package dev.millrace.topology.recovery;

import dev.millrace.topology.Brokers;
import dev.millrace.topology.PreflightException;
import dev.millrace.topology.config.Pipeline;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** That no instance of a pipeline runs while its state is changed by another hand. */
final class StoppedGroup {
  private static final Logger LOG = LoggerFactory.getLogger(StoppedGroup.class);

  /** A static member stays in its group for the session timeout after it has stopped. */
  private static final int LOOKS_MAX = 40;

  private static final long PAUSE_MS = 500;

  private StoppedGroup() {}

  /**
   * Waits until the group has forgotten its members, twenty seconds at most.
   *
   * @throws PreflightException if there still are any
   */
  static void require(Brokers brokers, Pipeline pipeline) {
    for (int look = 0; members(brokers, pipeline) > 0; look++) {
      if (look == LOOKS_MAX) {
        throw new PreflightException(
            "pipeline '%s' is running: its group has members. Stop every instance, wait until session.timeout.ms (15 s unless stated) has passed, and ask again"
                .formatted(pipeline.name()));
      }
      if (look == 0) {
        LOG.info("waiting until the group {} forgets its members", pipeline.name());
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(PAUSE_MS));
    }
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
