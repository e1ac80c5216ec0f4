package dev.millrace.topology.decode;

import dev.millrace.engine.feature.FeatureSpace.Field;
import dev.millrace.schemas.wire.AvroCursor;
import dev.millrace.topology.decode.EventDecoder.Step;
import java.util.Optional;
import org.apache.avro.Schema;

/** Reads arrays of numbers, and bytes as numbers from 0 to 255. */
final class VectorSteps {
  private VectorSteps() {}

  /** Reads so many items of a block. */
  @FunctionalInterface
  private interface Items {
    void read(AvroCursor in, float[] to, int at, int count);
  }

  static Optional<Step> of(String path, Schema schema, Field feature) {
    Vector vector = new Vector(path, feature.slot(), feature.spec().size());
    return switch (schema.getType()) {
      case ARRAY -> array(vector, schema.getElementType());
      case BYTES -> AvroTypes.isDecimal(schema) ? Optional.empty() : Optional.of(vector.bytes());
      case FIXED ->
          schema.getFixedSize() == vector.size ? Optional.of(vector.fixed()) : Optional.empty();
      default -> Optional.empty();
    };
  }

  private static Optional<Step> array(Vector vector, Schema element) {
    return switch (element.getType()) {
      case FLOAT ->
          Optional.of(
              vector.step(Float.BYTES, (in, to, at, count) -> in.readFloats(to, at, count)));
      case DOUBLE ->
          Optional.of(
              vector.step(
                  Double.BYTES,
                  (in, to, at, count) -> {
                    for (int i = 0; i < count; i++) {
                      to[at + i] = (float) in.readDouble();
                    }
                  }));
      case INT ->
          Optional.of(
              vector.step(
                  1,
                  (in, to, at, count) -> {
                    for (int i = 0; i < count; i++) {
                      to[at + i] = in.readInt();
                    }
                  }));
      case LONG ->
          Optional.of(
              vector.step(
                  1,
                  (in, to, at, count) -> {
                    for (int i = 0; i < count; i++) {
                      to[at + i] = in.readLong();
                    }
                  }));
      default -> Optional.empty();
    };
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

    Step bytes() {
      Step fixed = fixed();
      return (in, event) -> {
        int length = in.readLength();
        if (length != size) {
          throw wrongLength(Integer.toString(length));
        }
        fixed.read(in, event);
      };
    }

    Step fixed() {
      return (in, event) -> {
        int start = in.take(size);
        byte[] bytes = in.bytes();
        for (int i = 0; i < size; i++) {
          event.vectors[slot + i] = bytes[start + i] & 0xFF;
        }
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
