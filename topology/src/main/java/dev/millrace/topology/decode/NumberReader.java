package dev.millrace.topology.decode;

import dev.millrace.schemas.wire.AvroCursor;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Optional;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;

/** Reads one number. */
@FunctionalInterface
interface NumberReader {
  double read(AvroCursor in);

  /**
   * The reader of a schema that is no union: a number, a truth as 1 or 0, or a decimal.
   *
   * @param path of the field, for messages
   */
  static Optional<NumberReader> of(String path, Schema schema) {
    return switch (schema.getType()) {
      case BOOLEAN -> Optional.of(in -> in.readBoolean() ? 1 : 0);
      case INT -> Optional.of(AvroCursor::readInt);
      case LONG -> Optional.of(AvroCursor::readLong);
      case FLOAT -> Optional.of(in -> FeatureSteps.finite(in.readFloat(), path));
      case DOUBLE -> Optional.of(in -> FeatureSteps.finite(in.readDouble(), path));
      case BYTES, FIXED ->
          schema.getLogicalType() instanceof LogicalTypes.Decimal decimal
              ? Optional.of(decimal(path, schema, decimal.getScale()))
              : Optional.empty();
      default -> Optional.empty();
    };
  }

  private static NumberReader decimal(String path, Schema schema, int scale) {
    boolean isFixed = schema.getType() == Schema.Type.FIXED;
    int size = isFixed ? schema.getFixedSize() : 0;
    double power = scale <= 22 ? new BigDecimal(BigInteger.TEN.pow(scale)).doubleValue() : 0;
    return in -> {
      int length = isFixed ? size : in.readLength();
      int start = in.take(length);
      if (length <= 6 && power > 0) { // both are exact in a double, so the quotient is rounded once
        return unscaled(in.bytes(), start, length) / power;
      } else if (length == 0) {
        return 0;
      }
      BigInteger unscaled = new BigInteger(in.bytes(), start, length);
      return FeatureSteps.finite(new BigDecimal(unscaled, scale).doubleValue(), path);
    };
  }

  /** Two's complement, the highest byte first. */
  private static long unscaled(byte[] bytes, int start, int length) {
    long value = length == 0 ? 0 : bytes[start];
    for (int i = 1; i < length; i++) {
      value = value << Byte.SIZE | bytes[start + i] & 0xFF;
    }
    return value;
  }
}
