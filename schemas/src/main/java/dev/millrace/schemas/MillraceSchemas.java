package dev.millrace.schemas;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import org.apache.avro.Schema;

/** The Avro schemas of everything that Millrace writes, read once from the jar. */
public final class MillraceSchemas {
  public static final Schema PREDICTION = load("Prediction");
  public static final Schema METRICS = load("Metrics");
  public static final Schema SNAPSHOT_MANIFEST = load("SnapshotManifest");
  public static final Schema SNAPSHOT_BLOCK = load("SnapshotBlock");
  public static final Schema CONTROL = load("Control");
  public static final Schema CONTROL_OUTCOME = load("ControlOutcome", CONTROL);

  private MillraceSchemas() {}

  /** All of them, in a fixed order. */
  public static List<Schema> all() {
    return List.of(
        PREDICTION, METRICS, SNAPSHOT_MANIFEST, SNAPSHOT_BLOCK, CONTROL, CONTROL_OUTCOME);
  }

  private static Schema load(String name, Schema... named) {
    String resource = name + ".avsc";
    try (InputStream in = MillraceSchemas.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IllegalStateException("schema missing from the jar, resource=" + resource);
      }
      Schema.Parser parser = new Schema.Parser();
      for (Schema known : named) {
        parser.parse(known.toString());
      }
      return parser.parse(in);
    } catch (IOException e) {
      throw new UncheckedIOException("schema cannot be read, resource=" + resource, e);
    }
  }
}
