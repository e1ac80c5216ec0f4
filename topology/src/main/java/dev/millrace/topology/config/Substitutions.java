package dev.millrace.topology.config;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.snakeyaml.engine.v2.nodes.Node;

/**
 * {@code ${env:NAME}} and {@code ${file:PATH}} in settings, so that secrets need not stand in a
 * pipeline file. What they stand for appears in no message.
 */
final class Substitutions {
  private static final Pattern REFERENCE = Pattern.compile("\\$\\{([a-z]*):([^}]*)}");
  private static final int FILE_BYTES_MAX = 1 << 16;

  private final Map<String, String> environment;
  private final Path directory;
  private final Problems problems;

  /**
   * @param directory what relative paths start from: where the pipeline file lies
   */
  Substitutions(Map<String, String> environment, Path directory, Problems problems) {
    this.environment = environment;
    this.directory = directory;
    this.problems = problems;
  }

  String apply(Node at, String text) {
    Matcher reference = REFERENCE.matcher(text);
    StringBuilder result = new StringBuilder();
    while (reference.find()) {
      String value =
          switch (reference.group(1)) {
            case "env" -> variable(at, reference.group(2));
            case "file" -> file(at, reference.group(2));
            default -> {
              problems.add(
                  at, "'" + reference.group() + "' is unknown; expected ${env:…} or ${file:…}");
              yield "";
            }
          };
      reference.appendReplacement(result, Matcher.quoteReplacement(value));
    }
    return reference.appendTail(result).toString();
  }

  private String variable(Node at, String name) {
    String value = environment.get(name);
    if (value == null) {
      problems.add(
          at,
          "the environment has no variable "
              + name
              + "; expected one to be set"
              + Words.didYouMean(name, environment.keySet()));
      return "";
    }
    return value;
  }

  private String file(Node at, String name) {
    try (InputStream in = Files.newInputStream(directory.resolve(name))) {
      byte[] bytes = in.readNBytes(FILE_BYTES_MAX + 1); // a device has no size, and no end
      if (bytes.length > FILE_BYTES_MAX) {
        problems.add(at, "the file " + name + " is too large; expected at most 64 KiB");
        return "";
      }
      return UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString().strip();
    } catch (IOException | InvalidPathException e) {
      problems.add(at, "the file " + name + " cannot be read; expected a readable text file");
      return "";
    }
  }
}
