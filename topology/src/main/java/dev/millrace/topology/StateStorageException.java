package dev.millrace.topology;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.apache.kafka.streams.errors.ProcessorStateException;
import org.rocksdb.RocksDBException;
import org.rocksdb.Status;

/** The disk under the state directory takes no more, or fails. */
public final class StateStorageException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  StateStorageException(Path stateDir, Throwable cause) {
    super(
        "the state directory %s cannot be written: %s. Make room there or mend the disk, and start the pipeline again: it goes on from its last commit, and nothing is lost"
            .formatted(stateDir, cause.getMessage()),
        cause);
  }

  /** Told from an error of Kafka Streams or RocksDB, if that is what is behind it. */
  static Optional<StateStorageException> in(Throwable error, Path stateDir) {
    boolean ofState = false; // an error of a connection is an IOException as well
    for (Throwable cause = error; cause != null; cause = cause.getCause()) {
      ofState |= cause instanceof ProcessorStateException;
      if (ofState && cause instanceof IOException
          || cause instanceof RocksDBException e
              && e.getStatus() != null
              && e.getStatus().getCode() == Status.Code.IOError) {
        return Optional.of(new StateStorageException(stateDir, cause));
      }
    }
    return Optional.empty();
  }
}
