package dev.millrace.topology.decode;

import dev.millrace.engine.feature.EventRow;
import dev.millrace.engine.feature.FeatureSpec;
import dev.millrace.engine.model.ModelSpec;
import dev.millrace.schemas.wire.AvroCursor;
import dev.millrace.schemas.wire.WireFormatException;
import java.util.List;
import java.util.function.Function;
import org.apache.avro.Schema;

/**
 * Reads events of one writer's schema into an {@link EventRow}: one step a field, in the order of
 * the bytes, compiled once. Fields are matched by the dotted path of their names; a feature that
 * the schema lacks is missing.
 */
public final class EventDecoder {
  /** Reads or goes over one value. */
  @FunctionalInterface
  interface Step {
    /** Reads nothing, where there is nothing. */
    Step NOTHING = (in, event) -> {};

    void read(AvroCursor in, EventRow event);
  }

  private final Step event;
  private final AvroCursor cursor = new AvroCursor();
  private final List<String> missing;

  private EventDecoder(Step event, List<String> missing) {
    this.event = event;
    this.missing = missing;
  }

  /**
   * Compiles a decoder.
   *
   * @throws BadEventException if the schema is no record, contains itself, is nested too deeply, or
   *     gives a field that the model reads a type that it cannot be read from
   */
  public static EventDecoder compile(Schema writer, ModelSpec spec) {
    if (writer.getType() != Schema.Type.RECORD) {
      throw new BadEventException(
          Reason.SCHEMA_MISMATCH, "an event must be an Avro record, schema=" + writer.getType());
    }
    Skippers skippers = new Skippers();
    skippers.compile(writer); // refuses a schema that contains itself, wherever
    RecordSteps records = new RecordSteps(spec, skippers);
    Step event = records.event(writer);
    return new EventDecoder(event, records.missingFeatures());
  }

  /** The features that are read from a field, and not made of other features or of labels. */
  public static List<FeatureSpec> read(ModelSpec spec) {
    return spec.features().stream().filter(feature -> !RecordSteps.isDerived(feature)).toList();
  }

  /** Features that the schema lacks, so that they are missing in all of its events. */
  public List<String> missingFeatures() {
    return missing;
  }

  /**
   * Reads one event.
   *
   * @param payload the Avro bytes begin at {@code offset} and end with the array
   * @throws BadEventException if the bytes are not an event that the model can use; the row is then
   *     partly filled and must not be used
   */
  public void decode(byte[] payload, int offset, EventRow row) {
    row.clear();
    cursor.reset(payload, offset);
    try {
      event.read(cursor, row);
      cursor.expectEnd();
    } catch (WireFormatException e) {
      throw new BadEventException(e);
    }
  }

  static BadEventException mismatch(String path, Schema schema, String wanted) {
    return new BadEventException(
        Reason.SCHEMA_MISMATCH,
        "field '%s' is %s, the pipeline needs %s".formatted(path, schema, wanted));
  }

  /** A step for each branch of a union: null by {@code absent}, the others by {@code present}. */
  static Step nullable(Schema schema, Step absent, Function<Schema, Step> present) {
    if (schema.getType() != Schema.Type.UNION) {
      return schema.getType() == Schema.Type.NULL ? absent : present.apply(schema);
    }
    List<Schema> types = schema.getTypes();
    if (types.size() == 2 && types.getFirst().getType() == Schema.Type.NULL) {
      Step there = present.apply(types.getLast());
      return (in, event) -> {
        if (in.readIndex(2) == 0) {
          absent.read(in, event);
        } else {
          there.read(in, event);
        }
      };
    }
    Step[] branches =
        types.stream()
            .map(branch -> branch.getType() == Schema.Type.NULL ? absent : present.apply(branch))
            .toArray(Step[]::new);
    return (in, event) -> branches[in.readIndex(branches.length)].read(in, event);
  }

  static String wanted(FeatureSpec spec) {
    if (spec.settings().part() != null) {
      return "a date or time, a text of one, or a whole number with 'unit'";
    }
    return switch (spec.kind()) {
      case NUMERIC, DISCRETIZED -> "a number or boolean";
      case ONE_HOT, HASHED, GROWING -> "a text, enum, boolean, whole number or bytes";
      case VECTOR -> "an array of " + spec.size() + " numbers, or as many bytes";
      case TEXT -> "a text, or an array of texts";
      case BAG -> "an array of texts, enums or whole numbers, or a map";
      case CROSS -> throw new AssertionError("a cross is not read");
    };
  }
}
