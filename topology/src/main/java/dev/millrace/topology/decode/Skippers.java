package dev.millrace.topology.decode;

import dev.millrace.schemas.wire.AvroCursor;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.apache.avro.Schema;

/** Compiles what goes over a value that no feature reads, checking it all the same. */
final class Skippers {
  /** Goes over one value. */
  @FunctionalInterface
  interface Skipper {
    void skip(AvroCursor in);
  }

  private final Deque<String> open = new ArrayDeque<>();

  private Skippers() {}

  /**
   * The skipper of the schema.
   *
   * @throws BadEventException if the schema contains itself
   */
  static Skipper of(Schema schema) {
    return new Skippers().compile(schema);
  }

  private Skipper compile(Schema schema) {
    return switch (schema.getType()) {
      case NULL -> in -> {};
      case BOOLEAN -> AvroCursor::readBoolean;
      case INT -> AvroCursor::readInt;
      case LONG -> AvroCursor::readLong;
      case FLOAT -> in -> in.take(Float.BYTES);
      case DOUBLE -> in -> in.take(Double.BYTES);
      case STRING -> AvroCursor::readUtf8;
      case BYTES -> in -> in.take(in.readLength());
      case FIXED -> in -> in.take(schema.getFixedSize());
      case ENUM -> in -> in.readIndex(schema.getEnumSymbols().size());
      case UNION -> union(schema);
      case RECORD -> record(schema);
      case ARRAY -> blocks(compile(schema.getElementType()), bytesMin(schema.getElementType()));
      case MAP -> {
        Skipper value = compile(schema.getValueType());
        yield blocks(
            in -> {
              in.readUtf8();
              value.skip(in);
            },
            1 + bytesMin(schema.getValueType()));
      }
    };
  }

  private Skipper union(Schema schema) {
    Skipper[] branches = schema.getTypes().stream().map(this::compile).toArray(Skipper[]::new);
    return in -> branches[in.readIndex(branches.length)].skip(in);
  }

  private Skipper record(Schema schema) {
    if (open.contains(schema.getFullName())) {
      throw new BadEventException(
          Reason.SCHEMA_MISMATCH,
          "schema " + schema.getFullName() + " contains itself; recursive schemas are refused");
    }
    open.push(schema.getFullName());
    List<Skipper> fields =
        schema.getFields().stream().map(field -> compile(field.schema())).toList();
    open.pop();
    Skipper[] steps = fields.toArray(Skipper[]::new);
    return in -> {
      for (Skipper step : steps) {
        step.skip(in);
      }
    };
  }

  private static Skipper blocks(Skipper item, int itemBytesMin) {
    return in -> {
      for (int count = in.readBlockCount(itemBytesMin);
          count != 0;
          count = in.readBlockCount(itemBytesMin)) {
        for (int i = 0; i < count; i++) {
          item.skip(in);
        }
      }
    };
  }

  /** The fewest bytes a value of the schema, already known not to contain itself, can take. */
  static int bytesMin(Schema schema) {
    return switch (schema.getType()) {
      case NULL -> 0;
      case FLOAT -> Float.BYTES;
      case DOUBLE -> Double.BYTES;
      case FIXED -> schema.getFixedSize();
      case RECORD ->
          schema.getFields().stream()
              .mapToInt(field -> bytesMin(field.schema()))
              .reduce(0, (a, b) -> Math.min(1 << 20, a + b));
      default -> 1;
    };
  }
}
