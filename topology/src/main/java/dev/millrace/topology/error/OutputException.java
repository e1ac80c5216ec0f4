package dev.millrace.topology.error;

import java.util.Optional;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.InvalidTimestampException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/**
 * A topic does not take what the pipeline writes, and will not until a person has mended it. The
 * transaction is aborted, so the events it held are read again by the next start.
 */
public final class OutputException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private static final String NOTHING_LOST =
      ". Nothing is lost: the events since the last commit are read again";

  private OutputException(String message, Throwable cause) {
    super(message + NOTHING_LOST, cause);
  }

  /** The failure as one that says what to do; empty if it is none that a person must mend. */
  static Optional<OutputException> of(String topic, Throwable failure) {
    String message =
        switch (failure) {
          case null -> null;
          case RecordTooLargeException e ->
              "topic '%s' refuses a record for its size: %s Set its max.message.bytes to 4194304 or more and start the pipeline again"
                  .formatted(topic, e.getMessage());
          case AuthorizationException e ->
              "topic '%s' may not be written to: %s Let the pipeline's user write to it and start the pipeline again"
                  .formatted(topic, e.getMessage());
          case InvalidTimestampException e ->
              "topic '%s' refuses the time of an event: %s Set its message.timestamp.after.max.ms to 9223372036854775807 and start the pipeline again"
                  .formatted(topic, e.getMessage());
          case UnknownTopicOrPartitionException e ->
              "topic '%s' is not there: it was deleted while the pipeline ran. Start the pipeline again, which makes it; or make it yourself first, with as many partitions as the input has"
                  .formatted(topic);
          default -> null;
        };
    return Optional.ofNullable(message).map(text -> new OutputException(text, failure));
  }
}
