package dev.millrace.topology;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The mark that a state directory was left in good order. Only then is what lies in it used again.
 *
 * <p>Kafka Streams has a mark in each store, but takes it for clean as soon as the store is closed:
 * a task that was fenced is closed first and removed then, and who is killed in between leaves a
 * closed store of an aborted transaction, or a part of its files, which cannot be opened.
 */
final class CleanEnd {
  private CleanEnd() {}

  /** Takes the mark away; true if it was there. */
  static boolean take(Path stateDir, String application) {
    try {
      return Files.deleteIfExists(file(stateDir, application));
    } catch (IOException e) {
      throw new UncheckedIOException("state directory " + stateDir + " cannot be used", e);
    }
  }

  /** Leaves the mark for the next start. */
  static void leave(Path stateDir, String application) {
    try {
      Files.write(file(stateDir, application), new byte[0]);
    } catch (IOException e) {
      throw new UncheckedIOException("state directory " + stateDir + " cannot be used", e);
    }
  }

  private static Path file(Path stateDir, String application) {
    return stateDir.resolve(application + ".clean-end");
  }
}
