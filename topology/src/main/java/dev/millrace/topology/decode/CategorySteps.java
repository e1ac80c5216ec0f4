package dev.millrace.topology.decode;

import dev.millrace.engine.feature.FeatureSpace.Field;
import dev.millrace.engine.feature.FeatureSpec;
import dev.millrace.engine.feature.GrowingVocabulary;
import dev.millrace.engine.feature.Utf8Hash;
import dev.millrace.engine.feature.Vocabulary;
import dev.millrace.schemas.wire.AvroCursor;
import dev.millrace.topology.decode.EventDecoder.Step;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.apache.avro.Schema;

/** Reads values that are one category each. */
final class CategorySteps {
  private CategorySteps() {}

  /** Makes of the bytes that spell a category what it is known by. */
  @FunctionalInterface
  interface Lookup {
    long of(byte[] bytes, int offset, int length);

    /** What a text is known by. */
    default long of(String text) {
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      return of(bytes, 0, bytes.length);
    }
  }

  /** Reads a category and returns what it is known by. */
  @FunctionalInterface
  interface Reader {
    long read(AvroCursor in);
  }

  static Optional<Step> of(Schema schema, Field feature) {
    int slot = feature.slot();
    return reader(schema, lookup(feature.spec()))
        .map(reader -> (in, event) -> event.categories[slot] = reader.read(in));
  }

  /** The reader of a schema that is no union; empty if its values are no categories. */
  static Optional<Reader> reader(Schema schema, Lookup lookup) {
    if (!AvroTypes.isCategory(schema)) {
      return Optional.empty();
    }
    return Optional.of(
        switch (schema.getType()) {
          case STRING ->
              in -> {
                int start = in.readUtf8();
                return lookup.of(in.bytes(), start, in.position() - start);
              };
          case BYTES ->
              in -> {
                int length = in.readLength();
                return lookup.of(in.bytes(), in.take(length), length);
              };
          case FIXED -> {
            int size = schema.getFixedSize();
            yield in -> lookup.of(in.bytes(), in.take(size), size);
          }
          case ENUM -> {
            long[] found = schema.getEnumSymbols().stream().mapToLong(lookup::of).toArray();
            yield in -> found[in.readIndex(found.length)];
          }
          case BOOLEAN -> {
            long no = lookup.of("false");
            long yes = lookup.of("true");
            yield in -> in.readBoolean() ? yes : no;
          }
          case INT -> in -> lookup.of(Integer.toString(in.readInt()));
          case LONG -> in -> lookup.of(Long.toString(in.readLong()));
          default -> throw new AssertionError(schema.getType());
        });
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
}
