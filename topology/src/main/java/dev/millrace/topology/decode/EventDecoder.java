package dev.millrace.topology.decode;

import dev.millrace.engine.feature.EventRow;
import dev.millrace.engine.feature.FeatureSpace;
import dev.millrace.engine.feature.FeatureSpec;
import dev.millrace.engine.model.ModelSpec;
import dev.millrace.schemas.wire.AvroCursor;
import dev.millrace.schemas.wire.WireFormatException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;

/**
 * Reads events of one writer's schema into an {@link EventRow}: one step a field, in the order of
 * the bytes, compiled once. Fields are matched by name; a feature that the schema lacks is missing.
 */
public final class EventDecoder {
  /** Reads or goes over one value. */
  @FunctionalInterface
  interface Step {
    void read(AvroCursor in, EventRow event);
  }

  private final Step[] steps;
  private final AvroCursor cursor = new AvroCursor();
  private final List<String> missing;

  private EventDecoder(List<Step> steps, List<String> missing) {
    this.steps = steps.toArray(Step[]::new);
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
    Map<String, FeatureSpace.Field> features = new HashMap<>();
    for (FeatureSpace.Field field : new FeatureSpace(spec.features()).fields()) {
      features.put(field.spec().name(), field);
    }
    List<Step> steps = new ArrayList<>();
    for (Schema.Field field : writer.getFields()) {
      FeatureSpace.Field feature = features.remove(field.name());
      if (field.name().equals(spec.label().field())) {
        steps.add(LabelSteps.of(field, spec));
      } else if (field.name().equals(spec.label().weight())) {
        steps.add(LabelSteps.weight(field));
      } else if (feature != null) {
        steps.add(FeatureSteps.of(field, feature));
      } else {
        Skippers.Compiled compiled = skippers.compile(field.schema());
        if (compiled.bytesMin() > 0) {
          steps.add((in, event) -> compiled.skipper().skip(in));
        }
      }
    }
    return new EventDecoder(steps, List.copyOf(features.keySet().stream().sorted().toList()));
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
  public void decode(byte[] payload, int offset, EventRow event) {
    event.clear();
    cursor.reset(payload, offset);
    try {
      for (Step step : steps) {
        step.read(cursor, event);
      }
      cursor.expectEnd();
    } catch (WireFormatException e) {
      throw new BadEventException(e);
    }
  }

  static BadEventException mismatch(Schema.Field field, String wanted) {
    return new BadEventException(
        Reason.SCHEMA_MISMATCH,
        "field '%s' is %s, the pipeline needs %s".formatted(field.name(), field.schema(), wanted));
  }

  /** A step for each branch of a union: null by {@code absent}, the others by {@code present}. */
  static Step nullable(
      Schema schema, Step absent, java.util.function.Function<Schema, Step> present) {
    if (schema.getType() != Schema.Type.UNION) {
      return present.apply(schema);
    }
    Step[] branches =
        schema.getTypes().stream()
            .map(branch -> branch.getType() == Schema.Type.NULL ? absent : present.apply(branch))
            .toArray(Step[]::new);
    return (in, event) -> branches[in.readIndex(branches.length)].read(in, event);
  }

  static String kindOf(FeatureSpec spec) {
    return switch (spec.kind()) {
      case NUMERIC -> "a number or boolean";
      case ONE_HOT, HASHED, GROWING -> "a text, enum, boolean or whole number";
      case VECTOR -> "an array of " + spec.size() + " numbers";
    };
  }
}
