package dev.millrace.topology.decode;

import dev.millrace.engine.feature.EventRow;
import dev.millrace.engine.feature.FeatureSpace.Field;
import dev.millrace.engine.feature.FeatureSpec;
import dev.millrace.engine.feature.Tokenizer;
import dev.millrace.engine.feature.Utf8Hash;
import dev.millrace.schemas.wire.AvroCursor;
import dev.millrace.topology.decode.EventDecoder.Step;
import java.util.Optional;
import org.apache.avro.Schema;

/** Reads values of any number of entries: texts, arrays and maps. */
final class BagSteps {
  private BagSteps() {}

  /** Hands one item over. */
  @FunctionalInterface
  private interface Item {
    void read(AvroCursor in, Tokenizer tokens);
  }

  /** Hands one entry of a map over, its value standing next. */
  @FunctionalInterface
  private interface Entry {
    void read(AvroCursor in, long key, Tokenizer tokens);
  }

  static Optional<Step> text(Schema schema, Field feature) {
    Item text =
        (in, tokens) -> {
          int start = in.readUtf8();
          tokens.text(in.bytes(), start, in.position() - start);
        };
    if (schema.getType() == Schema.Type.STRING) {
      return Optional.of(value(feature, text));
    }
    return schema.getType() == Schema.Type.ARRAY && isText(schema.getElementType())
        ? Optional.of(value(feature, array(nullable(schema.getElementType(), text))))
        : Optional.empty();
  }

  private static boolean isText(Schema schema) {
    return AvroTypes.withoutNull(schema).getType() == Schema.Type.STRING;
  }

  static Optional<Step> bag(String path, Schema schema, Field feature) {
    return switch (schema.getType()) {
      case ARRAY ->
          item(AvroTypes.withoutNull(schema.getElementType()))
              .map(item -> value(feature, array(nullable(schema.getElementType(), item))));
      case MAP ->
          entry(path, AvroTypes.withoutNull(schema.getValueType()))
              .map(entry -> value(feature, map(schema.getValueType(), entry)));
      default -> item(schema).map(item -> value(feature, item));
    };
  }

  private static Step value(Field feature, Item content) {
    int slot = feature.slot();
    FeatureSpec spec = feature.spec();
    Tokenizer tokens = new Tokenizer(spec.settings().tokens(), spec.size());
    return (in, event) -> {
      tokens.begin(event.bags[slot]);
      content.read(in, tokens);
      end(tokens, event);
    };
  }

  private static void end(Tokenizer tokens, EventRow event) {
    event.cut += tokens.end() ? 0 : 1;
  }

  private static Optional<Item> item(Schema schema) {
    return CategorySteps.reader(schema, Utf8Hash::hash)
        .map(reader -> (in, tokens) -> tokens.item(reader.read(in)));
  }

  /** Numbers weigh their key; any other value makes a category with it. */
  private static Optional<Entry> entry(String path, Schema schema) {
    if (AvroTypes.isNumber(schema) || AvroTypes.isDecimal(schema)) {
      return NumberReader.of(path, schema)
          .map(number -> (in, key, tokens) -> tokens.entry(key, number.read(in)));
    }
    return CategorySteps.reader(schema, Utf8Hash::hash)
        .map(reader -> (in, key, tokens) -> tokens.item(Utf8Hash.combine(key, reader.read(in))));
  }

  /** An item that may be null, and then is none. */
  private static Item nullable(Schema schema, Item item) {
    if (schema.getType() != Schema.Type.UNION) {
      return item;
    }
    boolean[] isNull = nulls(schema);
    return (in, tokens) -> {
      if (!isNull[in.readIndex(isNull.length)]) {
        item.read(in, tokens);
      }
    };
  }

  private static boolean[] nulls(Schema union) {
    boolean[] isNull = new boolean[union.getTypes().size()];
    for (int i = 0; i < isNull.length; i++) {
      isNull[i] = union.getTypes().get(i).getType() == Schema.Type.NULL;
    }
    return isNull;
  }

  private static Item array(Item item) {
    return (in, tokens) -> {
      for (int count = in.readBlockCount(1); count != 0; count = in.readBlockCount(1)) {
        for (int i = 0; i < count; i++) {
          item.read(in, tokens);
        }
      }
    };
  }

  private static Item map(Schema value, Entry entry) {
    boolean[] isNull = value.getType() == Schema.Type.UNION ? nulls(value) : new boolean[0];
    return (in, tokens) -> {
      for (int count = in.readBlockCount(1); count != 0; count = in.readBlockCount(1)) {
        for (int i = 0; i < count; i++) {
          int start = in.readUtf8();
          long key = Utf8Hash.hash(in.bytes(), start, in.position() - start);
          if (isNull.length == 0 || !isNull[in.readIndex(isNull.length)]) {
            entry.read(in, key, tokens);
          }
        }
      }
    };
  }
}
