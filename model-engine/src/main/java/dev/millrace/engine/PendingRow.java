package dev.millrace.engine;

import dev.millrace.engine.state.StateException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A row of the partial batch as it is stored: it was featurised with the statistics of its time, so
 * the row is kept and not the event.
 *
 * <pre>
 *   offset int64 | label float64 | values float32 × width        little-endian
 * </pre>
 */
record PendingRow(long offset, double label, float[] values) {
  private static final int HEADER = Long.BYTES + Double.BYTES;

  byte[] toBytes() {
    ByteBuffer bytes =
        ByteBuffer.allocate(HEADER + values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putLong(offset).putDouble(label).asFloatBuffer().put(values);
    return bytes.array();
  }

  static PendingRow fromBytes(byte[] stored, int width) {
    if (stored.length != HEADER + width * Float.BYTES) {
      throw new StateException(
          "a pending row has %d bytes, expected %d"
              .formatted(stored.length, HEADER + width * Float.BYTES));
    }
    ByteBuffer bytes = ByteBuffer.wrap(stored).order(ByteOrder.LITTLE_ENDIAN);
    long offset = bytes.getLong();
    double label = bytes.getDouble();
    float[] values = new float[width];
    bytes.asFloatBuffer().get(values);
    return new PendingRow(offset, label, values);
  }
}
