package dev.millrace.topology.recovery;

import dev.millrace.topology.config.Pipeline;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** What Kafka Streams keeps of a pipeline's models in the state directory: copies, no more. */
final class LocalState {
  private LocalState() {}

  /** Removes the models of a stopped pipeline. */
  static void remove(Path stateDir, Pipeline pipeline) {
    Path dir = stateDir.resolve(pipeline.name());
    if (Files.notExists(dir)) {
      return;
    }
    try (Stream<Path> found = Files.walk(dir)) {
      List<Path> innermostFirst = found.sorted(Comparator.reverseOrder()).toList();
      for (Path path : innermostFirst) {
        Files.delete(path);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("state directory " + dir + " cannot be emptied", e);
    }
  }
}
