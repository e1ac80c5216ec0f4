package dev.millrace.topology.error;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;

/**
 * Decides what an uncaught error does: a few times within minutes the thread is replaced, then this
 * instance stops; never the whole application, whose other instances may be well. Errors that a
 * restart cannot mend stop it at once.
 */
public final class RestartBudget {
  private static final int RESTARTS_MAX = 3;
  private static final Duration WITHIN = Duration.ofMinutes(10);

  private final InstantSource clock;
  private final Deque<Instant> restarts = new ArrayDeque<>();

  public RestartBudget(InstantSource clock) {
    this.clock = clock;
  }

  /** What to do about the error. */
  public synchronized StreamThreadExceptionResponse onError(Throwable error) {
    Instant now = clock.instant();
    while (!restarts.isEmpty() && restarts.peek().isBefore(now.minus(WITHIN))) {
      restarts.remove();
    }
    if (UserFault.in(error).isPresent() || restarts.size() == RESTARTS_MAX) {
      return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
    }
    restarts.add(now);
    return StreamThreadExceptionResponse.REPLACE_THREAD;
  }
}
