package dev.millrace.topology.decode;

import dev.millrace.engine.feature.FeatureSpace;
import dev.millrace.engine.feature.FeatureSpec;
import dev.millrace.engine.feature.GrowingVocabulary;
import dev.millrace.engine.feature.Utf8Hash;
import dev.millrace.engine.feature.Vocabulary;
import dev.millrace.schemas.wire.AvroCursor;
import dev.millrace.topology.decode.EventDecoder.Step;
import java.nio.charset.StandardCharsets;
import org.apache.avro.Schema;

/** Compiles the step that reads a field into its feature's slot. */
final class FeatureSteps {
  private FeatureSteps() {}

  /** Finds the category that some bytes spell, or the key of one that is learned. */
  @FunctionalInterface
  private interface Lookup {
    long of(byte[] bytes, int offset, int length);
  }

  static Step of(Schema.Field field, FeatureSpace.Field feature) {
    Step absent = (in, event) -> {};
    return EventDecoder.nullable(
        field.schema(),
        absent,
        schema ->
            switch (feature.spec().kind()) {
              case NUMERIC -> number(field, schema, feature);
              case ONE_HOT, HASHED, GROWING -> category(field, schema, feature);
              case VECTOR -> vector(field, schema, feature);
            });
  }

  private static Step number(Schema.Field field, Schema schema, FeatureSpace.Field feature) {
    int slot = feature.slot();
    String name = field.name();
    return switch (schema.getType()) {
      case BOOLEAN -> (in, event) -> event.numbers[slot] = in.readBoolean() ? 1 : 0;
      case INT -> (in, event) -> event.numbers[slot] = in.readInt();
      case LONG -> (in, event) -> event.numbers[slot] = in.readLong();
      case FLOAT -> (in, event) -> event.numbers[slot] = finite(in.readFloat(), name);
      case DOUBLE -> (in, event) -> event.numbers[slot] = finite(in.readDouble(), name);
      default -> throw EventDecoder.mismatch(field, EventDecoder.kindOf(feature.spec()));
    };
  }

  /** The value, if it is finite as a 32-bit float. */
  static double finite(double value, String name) {
    if (Float.isFinite((float) value)) {
      return value;
    }
    throw new BadEventException(
        Reason.NOT_FINITE, "field '%s' is %s, not finite as a float".formatted(name, value));
  }

  private static Step category(Schema.Field field, Schema schema, FeatureSpace.Field feature) {
    int slot = feature.slot();
    Lookup lookup = lookup(feature.spec());
    return switch (schema.getType()) {
      case STRING ->
          (in, event) -> {
            int start = in.readUtf8();
            event.categories[slot] = lookup.of(in.bytes(), start, in.position() - start);
          };
      case ENUM -> {
        long[] found =
            schema.getEnumSymbols().stream().mapToLong(symbol -> of(lookup, symbol)).toArray();
        yield (in, event) -> event.categories[slot] = found[in.readIndex(found.length)];
      }
      case BOOLEAN -> {
        long no = of(lookup, "false");
        long yes = of(lookup, "true");
        yield (in, event) -> event.categories[slot] = in.readBoolean() ? yes : no;
      }
      case INT ->
          (in, event) -> event.categories[slot] = of(lookup, Integer.toString(in.readInt()));
      case LONG -> (in, event) -> event.categories[slot] = of(lookup, Long.toString(in.readLong()));
      default -> throw EventDecoder.mismatch(field, EventDecoder.kindOf(feature.spec()));
    };
  }

  private static long of(Lookup lookup, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return lookup.of(bytes, 0, bytes.length);
  }

  private static Lookup lookup(FeatureSpec spec) {
    int size = spec.size();
    return switch (spec.kind()) {
      case ONE_HOT -> {
        Vocabulary vocabulary = new Vocabulary(spec.categories());
        int unknown = spec.categories().size();
        yield (bytes, offset, length) -> {
          int index = vocabulary.indexOf(bytes, offset, length);
          return index == Vocabulary.UNKNOWN ? unknown : index;
        };
      }
      case HASHED -> // bucket 0 is for missing
          (bytes, offset, length) -> 1 + Utf8Hash.bucket(bytes, offset, length, size - 1);
      case GROWING -> GrowingVocabulary::key;
      default -> throw new AssertionError(spec.kind());
    };
  }

  private static Step vector(Schema.Field field, Schema schema, FeatureSpace.Field feature) {
    if (schema.getType() != Schema.Type.ARRAY) {
      throw EventDecoder.mismatch(field, EventDecoder.kindOf(feature.spec()));
    }
    Vector vector = new Vector(field.name(), feature.slot(), feature.spec().size());
    return switch (schema.getElementType().getType()) {
      case FLOAT -> vector.step(Float.BYTES, (in, to, at, count) -> in.readFloats(to, at, count));
      case DOUBLE ->
          vector.step(
              Double.BYTES,
              (in, to, at, count) -> {
                for (int i = 0; i < count; i++) {
                  to[at + i] = (float) in.readDouble();
                }
              });
      case INT ->
          vector.step(
              1,
              (in, to, at, count) -> {
                for (int i = 0; i < count; i++) {
                  to[at + i] = in.readInt();
                }
              });
      case LONG ->
          vector.step(
              1,
              (in, to, at, count) -> {
                for (int i = 0; i < count; i++) {
                  to[at + i] = in.readLong();
                }
              });
      default -> throw EventDecoder.mismatch(field, EventDecoder.kindOf(feature.spec()));
    };
  }

  /** Reads so many items of a block. */
  @FunctionalInterface
  private interface Items {
    void read(AvroCursor in, float[] to, int at, int count);
  }

  private record Vector(String name, int slot, int size) {
    private static final int INFINITY_BITS = Float.floatToRawIntBits(Float.POSITIVE_INFINITY);

    Step step(int itemBytesMin, Items items) {
      return (in, event) -> {
        int read = 0;
        for (int count = in.readBlockCount(itemBytesMin);
            count != 0;
            count = in.readBlockCount(itemBytesMin)) {
          if (count > size - read) {
            throw wrongLength("more than " + size);
          }
          items.read(in, event.vectors, slot + read, count);
          read += count;
        }
        if (read != size) {
          throw wrongLength(Integer.toString(read));
        }
        check(event.vectors);
      };
    }

    private BadEventException wrongLength(String items) {
      return new BadEventException(
          Reason.WRONG_LENGTH,
          "field '%s' has %s items, the pipeline needs %d".formatted(name, items, size));
    }

    private void check(float[] values) {
      int largest = 0; // by magnitude; as bits, so that the maximum is one of whole vectors
      for (int i = slot; i < slot + size; i++) {
        largest = Math.max(largest, Float.floatToRawIntBits(values[i]) & Integer.MAX_VALUE);
      }
      if (largest >= INFINITY_BITS) {
        throw new BadEventException(
            Reason.NOT_FINITE, "field '%s' has an item that is not finite".formatted(name));
      }
    }
  }
}
