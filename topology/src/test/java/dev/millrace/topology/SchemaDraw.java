package dev.millrace.topology;

import dev.millrace.topology.config.SchemaFeatures;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;

/** Draws schemas of everything that Avro has, values of them, and pipelines over them. */
public final class SchemaDraw {
  private static final String LABEL = "label";
  private static final String[] TEXTS = {
    "", "red", "Ä b c", "to be or not", "2014-07-01", "2014-07-01 10:30", "日本", "a'b", " . "
  };
  private static final double[] NUMBERS = {0, -1, 1e-30, 3.5, 1e30, -1e38, Double.NaN, 1e300};

  private final SplittableRandom random;
  private int names;

  public SchemaDraw(SplittableRandom random) {
    this.random = random;
  }

  SplittableRandom random() {
    return random;
  }

  public Schema event() {
    List<Schema.Field> fields = new ArrayList<>();
    for (int i = random.nextInt(1, 7); i > 0; i--) {
      fields.add(new Schema.Field(name(), type(0)));
    }
    fields.add(new Schema.Field("sure", Schema.create(Schema.Type.INT)));
    Schema label = Schema.create(random.nextBoolean() ? Schema.Type.DOUBLE : Schema.Type.BOOLEAN);
    fields.add(
        random.nextInt(fields.size() + 1),
        new Schema.Field(LABEL, Schema.createUnion(Schema.create(Schema.Type.NULL), label)));
    return Schema.createRecord(name(), null, null, false, fields);
  }

  /** The same schema with some fields gone, as a later producer may send it. */
  Schema without(Schema event) {
    List<Schema.Field> fields = new ArrayList<>();
    for (Schema.Field field : event.getFields()) {
      if (random.nextInt(3) > 0) {
        fields.add(new Schema.Field(field.name(), field.schema()));
      }
    }
    fields.add(new Schema.Field(name(), type(1)));
    return Schema.createRecord(event.getName(), null, null, false, fields);
  }

  private String name() {
    return "n" + names++;
  }

  private Schema type(int depth) {
    return switch (random.nextInt(depth > 2 ? 12 : 17)) {
      case 0 -> Schema.create(Schema.Type.BOOLEAN);
      case 1 -> Schema.create(Schema.Type.INT);
      case 2 -> Schema.create(Schema.Type.LONG);
      case 3 -> Schema.create(Schema.Type.FLOAT);
      case 4 -> Schema.create(Schema.Type.DOUBLE);
      case 5 -> Schema.create(Schema.Type.STRING);
      case 6 -> Schema.create(Schema.Type.BYTES);
      case 7 -> Schema.createFixed(name(), null, null, random.nextInt(1, 20));
      case 8 -> Schema.createEnum(name(), null, null, List.of("A", "B", "C"));
      case 9, 10 -> time();
      case 11 ->
          LogicalTypes.decimal(18, random.nextInt(10))
              .addToSchema(Schema.create(Schema.Type.BYTES));
      case 12 -> record(depth);
      case 13 -> Schema.createArray(type(depth + 1));
      case 14 -> Schema.createMap(type(depth + 1));
      default -> union(depth);
    };
  }

  private Schema time() {
    Schema whole = Schema.create(Schema.Type.LONG);
    return switch (random.nextInt(5)) {
      case 0 -> LogicalTypes.date().addToSchema(Schema.create(Schema.Type.INT));
      case 1 -> LogicalTypes.timeMillis().addToSchema(Schema.create(Schema.Type.INT));
      case 2 -> LogicalTypes.timestampMillis().addToSchema(whole);
      case 3 -> LogicalTypes.localTimestampMicros().addToSchema(whole);
      default -> LogicalTypes.timestampNanos().addToSchema(whole);
    };
  }

  private Schema record(int depth) {
    List<Schema.Field> fields = new ArrayList<>();
    for (int i = random.nextInt(4); i > 0; i--) {
      fields.add(new Schema.Field(name(), type(depth + 1)));
    }
    return Schema.createRecord(name(), null, null, false, fields);
  }

  /** Branches of different kinds, null among them as often as not. */
  private Schema union(int depth) {
    Map<String, Schema> branches = new HashMap<>();
    List<Schema> inOrder = new ArrayList<>();
    for (int i = random.nextInt(1, 4); i > 0; i--) {
      Schema branch = random.nextInt(3) == 0 ? Schema.create(Schema.Type.NULL) : type(depth + 1);
      if (branch.getType() != Schema.Type.UNION
          && branches.putIfAbsent(branch.getFullName(), branch) == null) {
        inOrder.add(branch);
      }
    }
    return inOrder.isEmpty() ? Schema.create(Schema.Type.INT) : Schema.createUnion(inOrder);
  }

  /** All features, or those that there are with the settings that go with some of them. */
  public String pipeline(Schema event) {
    StringBuilder features = new StringBuilder("all");
    if (random.nextBoolean()) {
      features.setLength(0);
      features.append("[{name: sure, missing: true}, {name: sure, lag: 2}, {name: label, lag: 1}");
      features.append(", {name: sure, as: range, type: discretized}");
      features.append(
          ", {name: sure, as: token, type: hashed}, {cross: [sure, token], buckets: 9}");
      for (Schema.Field field : event.getFields()) {
        stated(field).forEach(feature -> features.append(", ").append(feature));
      }
      features.append(']');
    }
    return "input: {topic: t, features: %s}\nlabel: {field: label}\nmodel: {layers: [{dense: 3}]}\nbatch: %d\n"
        .formatted(features, random.nextInt(1, 3));
  }

  private List<String> stated(Schema.Field field) {
    if (field.name().equals(LABEL) || field.name().equals("sure")) {
      return List.of();
    }
    String name = field.name();
    List<String> features = new ArrayList<>();
    if (SchemaFeatures.choice(name, field.schema()) instanceof SchemaFeatures.Choice.Take) {
      features.add(name);
    }
    String more =
        switch (field.schema().getType()) {
          case STRING ->
              random.nextBoolean() ? "type: text, chars: [2, 3], idf: true" : "type: time";
          case INT, LONG ->
              field.schema().getLogicalType() == null
                  ? "type: time, unit: seconds, encode: cyclic"
                  : "type: numeric, transform: log1p, normalize: robust";
          case DOUBLE, FLOAT -> "type: discretized, bounds: [-1, 0.5]";
          case BYTES -> "type: growing, size: 3";
          case FIXED -> "type: vector, size: " + field.schema().getFixedSize();
          case ENUM -> "type: bag, weight: log";
          default -> "";
        };
    boolean decimal = field.schema().getLogicalType() instanceof LogicalTypes.Decimal;
    if (!more.isEmpty() && !decimal) {
      features.add("{name: %s, as: %s_more, %s}".formatted(name, name, more));
    }
    return features;
  }

  Object value(Schema schema) {
    return switch (schema.getType()) {
      case NULL -> null;
      case BOOLEAN -> random.nextBoolean();
      case INT -> random.nextInt(3) == 0 ? random.nextInt() : random.nextInt(-5, 50_000);
      case LONG -> random.nextInt(3) == 0 ? random.nextLong() : random.nextLong(2_000_000_000_000L);
      case FLOAT -> (float) number();
      case DOUBLE -> number();
      case STRING -> TEXTS[random.nextInt(TEXTS.length)];
      case BYTES -> ByteBuffer.wrap(bytes(random.nextInt(12)));
      case FIXED -> new GenericData.Fixed(schema, bytes(schema.getFixedSize()));
      case ENUM ->
          new GenericData.EnumSymbol(schema, schema.getEnumSymbols().get(random.nextInt(3)));
      case UNION -> value(schema.getTypes().get(random.nextInt(schema.getTypes().size())));
      case RECORD -> {
        GenericRecord record = new GenericData.Record(schema);
        schema.getFields().forEach(field -> record.put(field.pos(), fieldValue(field)));
        yield record;
      }
      case ARRAY -> {
        List<Object> items = new ArrayList<>();
        for (int i = random.nextInt(5); i > 0; i--) {
          items.add(value(schema.getElementType()));
        }
        yield items;
      }
      case MAP -> {
        Map<String, Object> entries = new HashMap<>();
        for (int i = random.nextInt(4); i > 0; i--) {
          entries.put(TEXTS[random.nextInt(TEXTS.length)], value(schema.getValueType()));
        }
        yield entries;
      }
    };
  }

  /** A label that a model can learn; anything else is drawn. */
  private Object fieldValue(Schema.Field field) {
    if (field.name().equals(LABEL)) {
      boolean number = field.schema().getTypes().get(1).getType() == Schema.Type.DOUBLE;
      return random.nextInt(4) == 0
          ? null
          : number ? (Object) random.nextDouble(-9, 9) : (Object) random.nextBoolean();
    }
    return value(field.schema());
  }

  private double number() {
    return random.nextInt(3) == 0
        ? NUMBERS[random.nextInt(NUMBERS.length)]
        : random.nextDouble(-10, 10);
  }

  private byte[] bytes(int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }
}
