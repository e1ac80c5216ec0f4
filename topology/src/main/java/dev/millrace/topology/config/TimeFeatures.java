package dev.millrace.topology.config;

import dev.millrace.engine.feature.FeatureSettings;
import dev.millrace.engine.feature.FeatureSpec;
import dev.millrace.engine.feature.TimePart;
import dev.millrace.engine.feature.TimeUnit;
import dev.millrace.topology.decode.AvroTypes;
import dev.millrace.topology.decode.BadEventException;
import dev.millrace.topology.decode.Reason;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.avro.Schema;

/** The features that the parts of a time are: {@code started.hour}, {@code started.weekday}. */
final class TimeFeatures {
  private TimeFeatures() {}

  /**
   * A feature for each part.
   *
   * @param parts empty: all that the type has
   * @param encoding empty: categories where there are few, else sine and cosine
   * @param unit what a number counts; a logical type of the schema's is believed before
   */
  static List<FeatureSpec> of(
      String name,
      Schema field,
      List<TimePart> parts,
      Optional<Pipeline.Encoding> encoding,
      Optional<TimeUnit> unit) {
    List<TimePart> possible = partsOf(field);
    for (TimePart part : parts) {
      if (!possible.contains(part)) {
        throw new BadEventException(
            Reason.SCHEMA_MISMATCH,
            "field '%s' is %s and has no %s; its parts: %s".formatted(name, field, part, possible));
      }
    }
    List<FeatureSpec> features = new ArrayList<>();
    for (TimePart part : parts.isEmpty() ? possible : parts) {
      features.add(feature(name + "." + part, part, encoding, unit));
    }
    return features;
  }

  private static List<TimePart> partsOf(Schema field) {
    List<TimePart> possible = new ArrayList<>();
    for (Schema branch : AvroTypes.branches(field)) {
      AvroTypes.timeParts(branch).stream()
          .filter(part -> !possible.contains(part))
          .forEach(possible::add);
    }
    return possible;
  }

  private static FeatureSpec feature(
      String name, TimePart part, Optional<Pipeline.Encoding> encoding, Optional<TimeUnit> unit) {
    FeatureSettings settings = FeatureSettings.NONE.withPart(part, unit.orElse(null));
    if (!part.isCyclic()) {
      return FeatureSpec.numeric(name).with(settings);
    }
    Pipeline.Encoding chosen =
        encoding.orElse(
            part == TimePart.YEARDAY ? Pipeline.Encoding.CYCLIC : Pipeline.Encoding.ONE_HOT);
    return chosen == Pipeline.Encoding.ONE_HOT
        ? FeatureSpec.oneHot(name, part.categories()).with(settings)
        : FeatureSpec.vector(name, 2, false).with(settings);
  }
}
