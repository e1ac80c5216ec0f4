package dev.millrace.topology.decode;

import dev.millrace.schemas.wire.AvroCursor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.avro.Schema;

/**
 * Compiles what goes over a value that no feature reads, checking it all the same.
 *
 * <p>A schema may be as hostile as a value. Each record is compiled once, however often it is
 * named: thirty records that each hold the next one twice would otherwise be a billion. And
 * whatever takes no bytes is not gone over at all, so that work is bounded by the bytes of a value.
 */
final class Skippers {
  /** Goes over one value. */
  @FunctionalInterface
  interface Skipper {
    void skip(AvroCursor in);
  }

  /** Types within types; a value's depth is the depth of the stack that goes over it. */
  static final int DEPTH_MAX = 64;

  /** A lower bound on bytes need not be larger than this to be of use. */
  private static final int BYTES_MIN_MAX = 1 << 20;

  /**
   * A schema, compiled.
   *
   * @param bytesMin the fewest bytes that a value can take; 0 if every value takes none
   * @param depth the most types within types, 1 for a type that has none
   */
  record Compiled(Skipper skipper, int bytesMin, int depth) {
    static final Compiled NOTHING = new Compiled(in -> {}, 0, 1);
  }

  private final Map<String, Compiled> records = new HashMap<>();
  private final Set<String> open = new HashSet<>();

  /**
   * The skipper of the schema.
   *
   * @throws BadEventException if the schema contains itself or is nested too deeply
   */
  Compiled compile(Schema schema) {
    return compile(schema, 1);
  }

  private Compiled compile(Schema schema, int level) {
    if (level > DEPTH_MAX) {
      throw tooDeep();
    }
    return switch (schema.getType()) {
      case NULL -> Compiled.NOTHING;
      case BOOLEAN -> new Compiled(AvroCursor::readBoolean, 1, 1);
      case INT -> new Compiled(AvroCursor::readInt, 1, 1);
      case LONG -> new Compiled(AvroCursor::readLong, 1, 1);
      case FLOAT -> fixed(Float.BYTES);
      case DOUBLE -> fixed(Double.BYTES);
      case STRING -> new Compiled(AvroCursor::readUtf8, 1, 1);
      case BYTES -> new Compiled(in -> in.take(in.readLength()), 1, 1);
      case FIXED -> fixed(schema.getFixedSize());
      case ENUM -> {
        int symbols = schema.getEnumSymbols().size();
        yield new Compiled(in -> in.readIndex(symbols), 1, 1);
      }
      case UNION -> union(schema, level);
      case RECORD -> record(schema, level);
      case ARRAY -> blocks(compile(schema.getElementType(), level + 1));
      case MAP -> map(compile(schema.getValueType(), level + 1));
    };
  }

  private static Compiled fixed(int bytes) {
    return bytes == 0
        ? Compiled.NOTHING
        : new Compiled(in -> in.take(bytes), Math.min(bytes, BYTES_MIN_MAX), 1);
  }

  private Compiled union(Schema schema, int level) {
    List<Compiled> types = all(schema.getTypes(), level);
    Skipper[] branches = types.stream().map(Compiled::skipper).toArray(Skipper[]::new);
    return new Compiled(in -> branches[in.readIndex(branches.length)].skip(in), 1, depth(types));
  }

  private Compiled record(Schema schema, int level) {
    String name = schema.getFullName();
    Compiled known = records.get(name);
    if (known == null) {
      known = newRecord(schema, level);
      records.put(name, known);
    } else if (level + known.depth - 1 > DEPTH_MAX) {
      throw tooDeep();
    }
    return known;
  }

  private Compiled newRecord(Schema schema, int level) {
    if (!open.add(schema.getFullName())) {
      throw new BadEventException(
          Reason.SCHEMA_MISMATCH,
          "schema " + schema.getFullName() + " contains itself; recursive schemas are refused");
    }
    List<Compiled> fields =
        all(schema.getFields().stream().map(Schema.Field::schema).toList(), level);
    open.remove(schema.getFullName());
    long bytesMin = fields.stream().mapToLong(Compiled::bytesMin).sum();
    Skipper[] steps =
        fields.stream()
            .filter(field -> field.bytesMin > 0)
            .map(Compiled::skipper)
            .toArray(Skipper[]::new);
    return new Compiled(
        in -> {
          for (Skipper step : steps) {
            step.skip(in);
          }
        },
        (int) Math.min(BYTES_MIN_MAX, bytesMin),
        depth(fields));
  }

  private List<Compiled> all(List<Schema> schemas, int level) {
    List<Compiled> compiled = new ArrayList<>();
    for (Schema schema : schemas) {
      compiled.add(compile(schema, level + 1));
    }
    return compiled;
  }

  private static int depth(List<Compiled> within) {
    return 1 + within.stream().mapToInt(Compiled::depth).max().orElse(0);
  }

  private static Compiled map(Compiled value) {
    return blocks(
        new Compiled(
            in -> {
              in.readUtf8();
              value.skipper.skip(in);
            },
            1 + value.bytesMin,
            value.depth));
  }

  private static Compiled blocks(Compiled item) {
    Skipper skipper = item.skipper;
    int itemBytesMin = item.bytesMin;
    return new Compiled(
        in -> {
          for (int count = in.readBlockCount(itemBytesMin);
              count != 0;
              count = in.readBlockCount(itemBytesMin)) {
            for (int i = 0; itemBytesMin > 0 && i < count; i++) {
              skipper.skip(in);
            }
          }
        },
        1,
        1 + item.depth);
  }

  private static BadEventException tooDeep() {
    return new BadEventException(
        Reason.SCHEMA_MISMATCH,
        "the schema is nested too deeply; at most " + DEPTH_MAX + " types within types are read");
  }
}
