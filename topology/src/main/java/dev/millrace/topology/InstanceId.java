package dev.millrace.topology;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;

/**
 * The name by which the consumer group knows this instance, kept beside its state: whoever comes
 * back with the same state takes its place at once, without waiting for a session to time out.
 */
final class InstanceId {
  private InstanceId() {}

  /** The id kept in the directory; a new one if there is none. */
  static String of(Path stateDir, String application) {
    Path file = stateDir.resolve(application + ".instance-id");
    try {
      Files.createDirectories(stateDir);
      if (Files.notExists(file)) {
        Files.writeString(file, UUID.randomUUID().toString());
      }
      return Files.readString(file).strip();
    } catch (IOException e) {
      throw new StateStorageException(stateDir, e);
    }
  }
}
