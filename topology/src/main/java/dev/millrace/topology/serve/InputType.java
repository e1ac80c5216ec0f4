package dev.millrace.topology.serve;

import dev.millrace.schemas.wire.FrameEncoder;
import dev.millrace.topology.decode.AvroTypes;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.apache.avro.Schema;

/**
 * A type that a value of a request is written as, so that the decoder of events reads it as it
 * would read the producer's. What events have as an enum is written as a text and a decimal as a
 * double, which the decoder takes for the same.
 */
enum InputType {
  BOOLEAN(Schema.Type.BOOLEAN, "BOOL"),
  INT(Schema.Type.INT, "INT32"),
  LONG(Schema.Type.LONG, "INT64"),
  FLOAT(Schema.Type.FLOAT, "FP32"),
  DOUBLE(Schema.Type.DOUBLE, "FP64"),
  TEXT(Schema.Type.STRING, "BYTES"),
  BYTES(Schema.Type.BYTES, "BYTES");

  private final Schema.Type type;
  private final String datatype;

  InputType(Schema.Type type, String datatype) {
    this.type = type;
    this.datatype = datatype;
  }

  /** That of a schema that is one value; empty if it is several or none. */
  static Optional<InputType> of(Schema schema) {
    return Optional.ofNullable(
        switch (schema.getType()) {
          case BOOLEAN -> BOOLEAN;
          case INT -> INT;
          case LONG -> LONG;
          case FLOAT -> FLOAT;
          case DOUBLE -> DOUBLE;
          case STRING, ENUM -> TEXT;
          case BYTES, FIXED -> AvroTypes.isDecimal(schema) ? DOUBLE : BYTES;
          default -> null;
        });
  }

  /** The schema that values are written by; a time keeps its meaning. */
  Schema schema(Schema events) {
    boolean same = events.getType() == type;
    return same ? events : Schema.create(type);
  }

  /** As the Open Inference Protocol calls it. */
  String datatype() {
    return datatype;
  }

  /** Whether values can be written as this type, if need be. */
  boolean takes(Column column) {
    return (this == TEXT || this == BYTES) == column.isText();
  }

  /** Whether they are of this type: one of several that could take them. */
  boolean fits(Column column) {
    return switch (this) {
      case FLOAT, DOUBLE -> column.numbers() != null;
      case BOOLEAN, INT, LONG -> column.wholes() != null;
      case TEXT, BYTES -> column.isText();
    };
  }

  /** Writes one value, which is not missing. */
  void write(Column column, int index, FrameEncoder out) {
    switch (this) {
      case BOOLEAN -> out.writeBoolean(truth(column, index));
      case INT -> out.writeInt(Math.toIntExact(within(column, index, Integer.MIN_VALUE)));
      case LONG -> out.writeLong(column.whole(index));
      case FLOAT -> out.writeFloat((float) column.number(index));
      case DOUBLE -> out.writeDouble(column.number(index));
      case TEXT -> out.writeString(column.texts()[index]);
      case BYTES -> {
        byte[] bytes = column.texts()[index].getBytes(StandardCharsets.UTF_8);
        out.writeBytes(bytes, 0, bytes.length);
      }
    }
  }

  private static boolean truth(Column column, int index) {
    long whole = column.whole(index);
    if (whole != 0 && whole != 1) {
      throw new RequestException(
          "input '%s' has %d where the events have false or true".formatted(column.name(), whole));
    }
    return whole == 1;
  }

  private static long within(Column column, int index, long min) {
    long whole = column.whole(index);
    if (whole < min || whole > -1 - min) {
      throw new RequestException(
          "input '%s' has %d, more than an int of the events can hold"
              .formatted(column.name(), whole));
    }
    return whole;
  }

  /** One of the bytes of a value. */
  static byte octet(Column column, int index) {
    long whole = column.whole(index);
    if (whole < 0 || whole > 255) {
      throw new RequestException(
          "input '%s' has %d where the events have a byte, 0 to 255"
              .formatted(column.name(), whole));
    }
    return (byte) whole;
  }
}
