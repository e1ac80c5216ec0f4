package dev.millrace.topology.error;

import dev.millrace.engine.state.StateException;
import dev.millrace.schemas.registry.RegistryUnavailableException;
import dev.millrace.topology.StateLostException;
import dev.millrace.topology.StateStorageException;
import dev.millrace.topology.store.StateMismatchException;
import java.util.Optional;

/** Finds, among the causes of an error, one that a person must mend and a restart cannot. */
public final class UserFault {
  private UserFault() {}

  /** The cause to show, if there is one. */
  public static Optional<Throwable> in(Throwable error) {
    for (Throwable cause = error; cause != null; cause = cause.getCause()) {
      if (cause instanceof StateMismatchException
          || cause instanceof StateLostException
          || cause instanceof StateStorageException
          || cause instanceof StateException
          || cause instanceof OutputException
          || cause instanceof RegistryUnavailableException) {
        return Optional.of(cause);
      }
    }
    return Optional.empty();
  }
}
