package dev.millrace.benchmarks.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Where the project is, and directories that are made for a measurement. */
public final class Directories {
  private Directories() {}

  /** The folder of the sources, as the scripts say that start benchmarks; else the working one. */
  public static Path home() {
    return Path.of(System.getProperty("millrace.home", "."));
  }

  /** Removes a directory with all that is in it. */
  public static void delete(Path dir) throws IOException {
    List<Path> paths;
    try (Stream<Path> walk = Files.walk(dir)) {
      paths = walk.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path path : paths) {
      Files.delete(path);
    }
  }
}
