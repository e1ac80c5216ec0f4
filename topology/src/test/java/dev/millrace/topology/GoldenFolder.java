package dev.millrace.topology;

import dev.millrace.schemas.Control;
import dev.millrace.schemas.ControlOutcome;
import dev.millrace.schemas.Metrics;
import dev.millrace.schemas.Prediction;
import dev.millrace.schemas.SnapshotBlock;
import dev.millrace.schemas.SnapshotManifest;
import dev.millrace.topology.config.Pipeline;
import dev.millrace.topology.config.PipelineParser;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.avro.Schema;

/**
 * What one build made of a pipeline and the golden log, in files:
 *
 * <pre>
 *   pipeline.yaml | store/KEY, a block each, / in a key being + | records/OUTPUT.tsv, a {@link GoldenRecord} a line
 *   beside it: schemas/NAME.avsc, what the registry was given for the records
 * </pre>
 */
record GoldenFolder(Path path) {
  /** All that were ever made. */
  static final Path ALL = Path.of("src", "test", "resources", "golden");

  static final List<Schema> SCHEMAS =
      List.of(
          Prediction.SCHEMA,
          Metrics.SCHEMA,
          SnapshotManifest.SCHEMA,
          SnapshotBlock.SCHEMA,
          Control.SCHEMA,
          ControlOutcome.SCHEMA);

  static List<GoldenFolder> all() {
    return within(ALL);
  }

  static List<GoldenFolder> within(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      return files
          .filter(file -> file.endsWith("pipeline.yaml"))
          .map(file -> new GoldenFolder(file.getParent()))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  String yaml() throws IOException {
    return Files.readString(path.resolve("pipeline.yaml"));
  }

  Pipeline pipeline() throws IOException {
    return PipelineParser.parse(path.resolve("pipeline.yaml"));
  }

  Map<String, byte[]> store() throws IOException {
    Map<String, byte[]> store = new TreeMap<>();
    try (Stream<Path> files = Files.list(path.resolve("store"))) {
      for (Path file : files.toList()) {
        store.put(file.getFileName().toString().replace('+', '/'), Files.readAllBytes(file));
      }
    }
    return store;
  }

  List<GoldenRecord> records(String output) throws IOException {
    try (Stream<String> lines = Files.lines(path.resolve("records").resolve(output + ".tsv"))) {
      return lines.map(GoldenRecord::of).toList();
    }
  }

  /** The schema that the records of the name were written with. */
  Schema schema(Schema current) throws IOException {
    return new Schema.Parser().parse(Files.readString(schemaFile(current)));
  }

  private Path schemaFile(Schema schema) {
    return path.resolveSibling("schemas").resolve(schema.getName() + ".avsc");
  }

  /** Writes what a run of this build made. */
  void write(String yaml, GoldenRun run) throws IOException {
    for (String folder : List.of("store", "records", "../schemas")) {
      Files.createDirectories(path.resolve(folder).normalize());
    }
    Files.writeString(path.resolve("pipeline.yaml"), yaml);
    for (Map.Entry<String, byte[]> block : run.store().entrySet()) {
      Files.write(
          path.resolve("store").resolve(block.getKey().replace('/', '+')), block.getValue());
    }
    for (String output :
        List.of(Names.PREDICTIONS, Names.METRICS, Names.SNAPSHOTS, Names.DEAD_LETTERS)) {
      List<String> lines = run.outputs(output).stream().map(GoldenRecord::toString).toList();
      Files.write(path.resolve("records").resolve(output + ".tsv"), lines);
    }
    for (Schema schema : SCHEMAS) {
      Files.writeString(schemaFile(schema), schema + "\n");
    }
  }

  /** Every file, by its path from here. */
  static Map<String, byte[]> files(Path folder) throws IOException {
    Map<String, byte[]> contents = new TreeMap<>();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        contents.put(folder.relativize(file).toString(), Files.readAllBytes(file));
      }
    }
    return contents;
  }

  @Override
  public String toString() {
    return ALL.relativize(path).toString();
  }
}
