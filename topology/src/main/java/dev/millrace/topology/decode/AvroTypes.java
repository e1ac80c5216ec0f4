package dev.millrace.topology.decode;

import dev.millrace.engine.feature.TimePart;
import dev.millrace.engine.feature.TimeUnit;
import java.util.List;
import java.util.Optional;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;

/** What types of Avro's mean. */
public final class AvroTypes {
  private AvroTypes() {}

  /** A union's branches beside null, or the schema itself; none if it is null alone. */
  public static List<Schema> branches(Schema schema) {
    List<Schema> types =
        schema.getType() == Schema.Type.UNION ? schema.getTypes() : List.of(schema);
    return types.stream().filter(type -> type.getType() != Schema.Type.NULL).toList();
  }

  /** The one branch of a union beside null, or the schema itself. */
  public static Schema withoutNull(Schema schema) {
    List<Schema> branches = branches(schema);
    return branches.size() == 1 ? branches.getFirst() : schema;
  }

  /** The name of the logical type, empty if there is none. */
  public static String meaning(Schema schema) {
    return schema.getLogicalType() == null ? "" : schema.getLogicalType().getName();
  }

  static boolean isWhole(Schema schema) {
    return schema.getType() == Schema.Type.INT || schema.getType() == Schema.Type.LONG;
  }

  /** Whether the schema is of a plain number. */
  public static boolean isNumber(Schema schema) {
    return isWhole(schema)
        || schema.getType() == Schema.Type.FLOAT
        || schema.getType() == Schema.Type.DOUBLE;
  }

  /** Whether these are bytes that are a number with a fixed number of decimals. */
  public static boolean isDecimal(Schema schema) {
    return schema.getLogicalType() instanceof LogicalTypes.Decimal;
  }

  /** Whether these are ids of which no two are alike. */
  public static boolean isUuid(Schema schema) {
    return meaning(schema).equals("uuid");
  }

  /** Whether a value of the schema is one category: a text, a symbol, a truth, a whole number. */
  public static boolean isCategory(Schema schema) {
    return switch (schema.getType()) {
      case STRING, ENUM, BOOLEAN, INT, LONG, BYTES -> !isDecimal(schema);
      case FIXED -> !isDecimal(schema) && schema.getFixedSize() > 0;
      default -> false;
    };
  }

  /** What the number of a logical time counts; empty if the schema is of no time. */
  public static Optional<TimeUnit> timeUnit(Schema schema) {
    if (!isWhole(schema)) {
      return Optional.empty();
    }
    String meaning = meaning(schema);
    if (meaning.equals("date")) {
      return Optional.of(TimeUnit.DAYS);
    }
    if (!meaning.startsWith("time-")
        && !meaning.startsWith("timestamp-")
        && !meaning.startsWith("local-timestamp-")) {
      return Optional.empty();
    }
    return switch (meaning.substring(meaning.lastIndexOf('-') + 1)) {
      case "millis" -> Optional.of(TimeUnit.MILLIS);
      case "micros" -> Optional.of(TimeUnit.MICROS);
      case "nanos" -> Optional.of(TimeUnit.NANOS);
      default -> Optional.empty();
    };
  }

  /** The parts that a time of the schema has: no hour in a date, no day in a time of day. */
  public static List<TimePart> timeParts(Schema schema) {
    String meaning = meaning(schema);
    if (meaning.equals("date")) {
      return List.of(TimePart.WEEKDAY, TimePart.YEARDAY, TimePart.ELAPSED);
    }
    return meaning.startsWith("time-") ? List.of(TimePart.HOUR) : List.of(TimePart.values());
  }
}
