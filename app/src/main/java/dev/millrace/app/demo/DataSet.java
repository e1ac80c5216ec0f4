package dev.millrace.app.demo;

import dev.millrace.topology.config.Pipeline;
import dev.millrace.topology.config.PipelineParser;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;

/** A real data set that ships with Millrace, and its pipeline. */
public record DataSet(String name) {
  /** The data sets there are, the default first. */
  public static final List<String> NAMES =
      List.of("elec2", "phishing", "bike_sharing", "image_segments");

  /** The pipeline file's text. */
  public String yaml() throws IOException {
    try (InputStream in = open(name + ".yaml")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  public Pipeline pipeline() throws IOException {
    return PipelineParser.parse(yaml(), "examples/" + name + ".yaml");
  }

  /** Writes the rows to a file in the directory. */
  public Path unpack(Path dir) throws IOException {
    Path file = dir.resolve(name + ".csv.gz");
    try (InputStream in = open("data/" + name + ".csv.gz")) {
      Files.copy(in, file, StandardCopyOption.REPLACE_EXISTING);
    }
    return file;
  }

  private static InputStream open(String resource) throws IOException {
    InputStream in = DataSet.class.getResourceAsStream("/examples/" + resource);
    if (in == null) {
      throw new IOException("examples/" + resource + " is not in the jar");
    }
    return in;
  }
}
