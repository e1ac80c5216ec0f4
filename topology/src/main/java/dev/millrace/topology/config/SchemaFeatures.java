package dev.millrace.topology.config;

import dev.millrace.engine.feature.FeatureSpec;
import dev.millrace.engine.feature.TokenSettings;
import dev.millrace.engine.feature.TokenSettings.Weight;
import dev.millrace.topology.decode.AvroTypes;
import dev.millrace.topology.decode.BadEventException;
import dev.millrace.topology.decode.Reason;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.apache.avro.Schema;

/**
 * The features that the fields of a schema are if nothing is said of them, and the fields that are
 * none.
 *
 * @param taken in the order of the schema, a record's fields in its place
 * @param leftOut with the reason
 */
public record SchemaFeatures(List<FeatureSpec> taken, List<LeftOut> leftOut) {
  /** Fields that are looked at; a schema may hold more records within records than bytes. */
  private static final int FIELDS_MAX = 1 << 14;

  private static final int DEPTH_MAX = 64;

  /** A field that is no feature, and why; its {@code reason} may follow "left out:". */
  public record LeftOut(String path, Schema schema, String reason) {}

  /** What a field can be, by its type alone. */
  public sealed interface Choice {
    /** These features, of which there may be several. */
    record Take(List<FeatureSpec> features) implements Choice {}

    /** Nothing, for this reason. */
    record Leave(String reason) implements Choice {}

    /** A record, whose fields are looked at one by one. */
    record Enter(Schema record) implements Choice {}
  }

  /** All fields but the label, its weight, the key and the timestamp. */
  public static SchemaFeatures of(Schema event, Pipeline pipeline) {
    return of(event, name -> !isReserved(name, pipeline));
  }

  /**
   * All fields.
   *
   * @throws BadEventException if there is no end of them
   */
  public static SchemaFeatures of(Schema event) {
    return of(event, name -> true);
  }

  private static SchemaFeatures of(Schema event, Predicate<String> isWanted) {
    Walk walk = new Walk();
    for (Schema.Field field : event.getFields()) {
      if (isWanted.test(field.name())) {
        walk.add(field.name(), field.schema(), 1);
      }
    }
    return new SchemaFeatures(List.copyOf(walk.taken), List.copyOf(walk.leftOut));
  }

  /** Goes through records within records, of which a hostile schema may hold any number. */
  private static final class Walk {
    private final List<FeatureSpec> taken = new ArrayList<>();
    private final List<LeftOut> leftOut = new ArrayList<>();
    private int fields;

    void add(String path, Schema schema, int depth) {
      if (++fields > FIELDS_MAX || depth > DEPTH_MAX) {
        throw new BadEventException(
            Reason.SCHEMA_MISMATCH,
            fields > FIELDS_MAX
                ? "the schema has more than %,d fields; state input.features".formatted(FIELDS_MAX)
                : "the schema is nested too deeply, or contains itself; at most %d records within records are read"
                    .formatted(DEPTH_MAX));
      }
      switch (choice(path, schema)) {
        case Choice.Take take -> taken.addAll(take.features());
        case Choice.Leave leave -> leftOut.add(new LeftOut(path, schema, leave.reason()));
        case Choice.Enter enter ->
            enter
                .record()
                .getFields()
                .forEach(f -> add(path + "." + f.name(), f.schema(), depth + 1));
      }
    }
  }

  private static boolean isReserved(String name, Pipeline pipeline) {
    return name.equals(pipeline.label().field())
        || pipeline.label().weight().filter(name::equals).isPresent()
        || pipeline.input().key().filter(name::equals).isPresent()
        || pipeline.input().timestamp().filter(name::equals).isPresent();
  }

  /** The features of a field that is stated without a type; none if it cannot be one. */
  static List<FeatureSpec> byType(String name, Schema schema) {
    return choice(name, schema) instanceof Choice.Take take ? take.features() : List.of();
  }

  /** What the field of a path is if nothing is said of it. */
  public static Choice choice(String path, Schema schema) {
    List<Schema> branches = AvroTypes.branches(schema);
    if (branches.isEmpty()) {
      return new Choice.Leave("no event has a value");
    }
    return branches.size() == 1 ? ofOne(path, branches.getFirst()) : ofUnion(path, branches);
  }

  /** As a category where all branches are some, else what the first branch is that can be one. */
  private static Choice ofUnion(String path, List<Schema> branches) {
    boolean numbers = branches.stream().allMatch(AvroTypes::isNumber);
    boolean times = branches.stream().anyMatch(b -> AvroTypes.timeUnit(b).isPresent());
    if (!numbers && !times && branches.stream().filter(AvroTypes::isCategory).count() > 1) {
      return take(FeatureSpec.hashed(path, Options.BUCKETS));
    }
    for (Schema branch : branches) {
      Choice choice = ofOne(path, branch);
      if (!(choice instanceof Choice.Leave)) {
        return choice;
      }
    }
    return new Choice.Leave("none of its types can be a feature as it is");
  }

  private static Choice ofOne(String path, Schema type) {
    if (AvroTypes.timeUnit(type).isPresent()) {
      return new Choice.Take(
          TimeFeatures.of(path, type, List.of(), Optional.empty(), Optional.empty()).stream()
              .map(part -> part.with(part.settings().of(path)))
              .toList());
    } else if (AvroTypes.isUuid(type)) {
      return new Choice.Leave("different in every event");
    } else if (AvroTypes.isDecimal(type)) {
      return take(FeatureSpec.numeric(path));
    }
    return switch (type.getType()) {
      case BOOLEAN, INT, LONG, FLOAT, DOUBLE -> take(FeatureSpec.numeric(path));
      case STRING, BYTES -> take(FeatureSpec.hashed(path, Options.BUCKETS));
      case FIXED ->
          type.getFixedSize() == 0
              ? new Choice.Leave("no event has a value")
              : take(FeatureSpec.hashed(path, Options.BUCKETS));
      case ENUM ->
          type.getEnumSymbols().isEmpty()
              ? new Choice.Leave("no event has a value")
              : take(FeatureSpec.oneHot(path, type.getEnumSymbols()));
      case ARRAY -> array(path, AvroTypes.withoutNull(type.getElementType()));
      case MAP -> map(path, type);
      case RECORD -> new Choice.Enter(type);
      case UNION, NULL -> new Choice.Leave("no event has a value");
    };
  }

  private static Choice array(String path, Schema item) {
    if (AvroTypes.isNumber(item)) {
      return new Choice.Leave("give its length for N to take it");
    }
    return AvroTypes.isCategory(item)
        ? take(FeatureSpec.bag(path, Options.BAG_BUCKETS, TokenSettings.WORDS))
        : new Choice.Leave("an array of numbers or of texts can be a feature, not one of others");
  }

  private static Choice map(String path, Schema type) {
    Schema value = AvroTypes.withoutNull(type.getValueType());
    boolean numbers = isMapOfNumbers(type);
    TokenSettings tokens =
        new TokenSettings(1, 0, 0, numbers ? Weight.COUNT : Weight.BINARY, false);
    return numbers || AvroTypes.isCategory(value)
        ? take(FeatureSpec.bag(path, Options.BAG_BUCKETS, tokens))
        : new Choice.Leave("a map to numbers or texts can be a feature, not one to others");
  }

  static boolean isMapOfNumbers(Schema field) {
    Schema type = AvroTypes.withoutNull(field);
    if (type.getType() != Schema.Type.MAP) {
      return false;
    }
    Schema value = AvroTypes.withoutNull(type.getValueType());
    return AvroTypes.isNumber(value) || AvroTypes.isDecimal(value);
  }

  private static Choice take(FeatureSpec feature) {
    return new Choice.Take(List.of(feature));
  }
}
