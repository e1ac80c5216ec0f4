package dev.millrace.topology.decode;

import dev.millrace.engine.feature.FeatureKind;
import dev.millrace.engine.feature.FeatureSpace.Field;
import dev.millrace.engine.feature.TimePart;
import dev.millrace.engine.feature.TimeUnit;
import dev.millrace.schemas.wire.AvroCursor;
import dev.millrace.topology.decode.EventDecoder.Step;
import java.util.Optional;
import org.apache.avro.Schema;

/** Reads parts of moments. */
final class TimeSteps {
  private TimeSteps() {}

  /** Reads a moment as milliseconds; {@link IsoTime#NONE} if it is none. */
  @FunctionalInterface
  private interface Moment {
    long read(AvroCursor in);
  }

  static Optional<Step> of(Schema schema, Field feature) {
    Optional<TimeUnit> unit =
        AvroTypes.timeUnit(schema).or(() -> Optional.ofNullable(feature.spec().settings().unit()));
    return moment(schema, unit).map(moment -> step(moment, feature));
  }

  private static Optional<Moment> moment(Schema schema, Optional<TimeUnit> unit) {
    return switch (schema.getType()) {
      case INT -> unit.map(u -> in -> u.millis(in.readInt()));
      case LONG -> unit.map(u -> in -> u.millis(in.readLong()));
      case STRING ->
          Optional.of(
              in -> {
                int start = in.readUtf8();
                return IsoTime.millis(in.bytes(), start, in.position() - start);
              });
      default -> Optional.empty();
    };
  }

  private static Step step(Moment moment, Field feature) {
    TimePart part = feature.spec().settings().part();
    int slot = feature.slot();
    boolean isCategory = feature.spec().kind() == FeatureKind.ONE_HOT;
    return (in, event) -> {
      long millis = moment.read(in);
      if (millis == IsoTime.NONE) {
        event.unreadable++;
      } else if (isCategory) {
        event.categories[slot] = part.category(millis);
      } else if (part == TimePart.ELAPSED) {
        event.numbers[slot] = TimePart.days(millis);
      } else {
        part.cycle(millis, event.vectors, slot);
      }
    };
  }
}
