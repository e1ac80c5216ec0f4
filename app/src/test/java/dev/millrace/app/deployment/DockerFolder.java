package dev.millrace.app.deployment;

import dev.millrace.app.Main;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import picocli.CommandLine;

/** The files under {@code docker/}. */
final class DockerFolder {
  static final Path FOLDER = Path.of("..", "docker");

  private DockerFolder() {}

  static String text(String file) {
    try {
      return Files.readString(FOLDER.resolve(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The documents of a YAML file. */
  static List<Map<String, Object>> documents(String file) {
    List<Map<String, Object>> documents = new ArrayList<>();
    new Load(LoadSettings.builder().setLabel(file).build())
        .loadAllFromString(text(file))
        .forEach(document -> documents.add(map(document)));
    return documents;
  }

  @SuppressWarnings("unchecked") // keys of a mapping that is no text would be a mistake in the file
  static Map<String, Object> map(Object node) {
    return node == null ? Map.of() : (Map<String, Object>) node;
  }

  @SuppressWarnings("unchecked")
  static List<Object> list(Object node) {
    return node == null ? List.of() : (List<Object>) node;
  }

  static List<String> texts(Object node) {
    return list(node).stream().map(String::valueOf).toList();
  }

  /** Refuses what the command line would refuse. */
  static void requireCommand(List<String> words) {
    new CommandLine(new Main()).parseArgs(words.toArray(String[]::new));
  }
}
