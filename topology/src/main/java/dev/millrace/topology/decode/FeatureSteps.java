package dev.millrace.topology.decode;

import dev.millrace.engine.feature.EventRow;
import dev.millrace.engine.feature.FeatureSpace.Field;
import dev.millrace.topology.decode.EventDecoder.Step;
import java.util.Optional;
import org.apache.avro.Schema;

/** Compiles the step that reads a value into its feature's slot. */
final class FeatureSteps {
  private FeatureSteps() {}

  /** Where a number goes. */
  @FunctionalInterface
  private interface Slot {
    void put(EventRow event, double number);
  }

  /**
   * The step that reads a value of the schema, which is no union.
   *
   * @param path of the field, for messages
   * @return empty if the feature cannot be read from such a value
   */
  static Optional<Step> of(String path, Schema schema, Field feature) {
    int slot = feature.slot();
    if (feature.spec().settings().ofMissing()) {
      Skippers.Skipper skipper = new Skippers().compile(schema).skipper();
      return Optional.of(
          (in, event) -> {
            skipper.skip(in);
            event.numbers[slot] = 0; // it is there
          });
    }
    if (feature.spec().settings().part() != null) {
      return TimeSteps.of(schema, feature);
    }
    return switch (feature.spec().kind()) {
      case NUMERIC ->
          schema.getType() == Schema.Type.DOUBLE
              ? Optional.of((in, event) -> event.numbers[slot] = finite(in.readDouble(), path))
              : number(path, schema, (event, number) -> event.numbers[slot] = number);
      case DISCRETIZED -> number(path, schema, (event, number) -> event.ranged[slot] = number);
      case ONE_HOT, HASHED, GROWING -> CategorySteps.of(schema, feature);
      case VECTOR -> VectorSteps.of(path, schema, feature);
      case TEXT -> BagSteps.text(schema, feature);
      case BAG -> BagSteps.bag(path, schema, feature);
      case CROSS -> throw new AssertionError("a cross is not read");
    };
  }

  private static Optional<Step> number(String path, Schema schema, Slot slot) {
    return NumberReader.of(path, schema)
        .map(reader -> (in, event) -> slot.put(event, reader.read(in)));
  }

  /** The value, if it is finite as a 32-bit float. */
  static double finite(double value, String name) {
    if (Float.isFinite((float) value)) {
      return value;
    }
    throw new BadEventException(
        Reason.NOT_FINITE, "field '%s' is %s, not finite as a float".formatted(name, value));
  }
}
