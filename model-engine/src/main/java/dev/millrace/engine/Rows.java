package dev.millrace.engine;

import dev.millrace.engine.feature.EventRow;
import dev.millrace.engine.feature.Featurizer;
import dev.millrace.engine.state.StateException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Featurised events in the order in which they came, up to a stated number.
 *
 * <p>A row that is stored holds its values and not the event, because the statistics that scaled it
 * have moved on:
 *
 * <pre>
 *   offset int64 | label float64 | weight float32 | values float32 × width        little-endian
 * </pre>
 *
 * <p>The first format had no weight; its rows are read with weight 1.
 */
final class Rows {
  private static final int HEADER = Long.BYTES + Double.BYTES + Float.BYTES;
  private static final int FIRST_HEADER = Long.BYTES + Double.BYTES;

  private final int width;
  private final float[] values; // [capacity][width]
  private final long[] offsets;
  private final double[] labels; // NaN where there is none
  private final float[] weights;
  private int count;

  Rows(int capacity, int width) {
    this.width = width;
    values = new float[Math.multiplyExact(capacity, width)];
    offsets = new long[capacity];
    labels = new double[capacity];
    weights = new float[capacity];
  }

  /** Featurises the event into the next row and returns its number. */
  int add(EventRow event, long offset, Featurizer featurizer) {
    featurizer.featurize(event, values, count * width);
    offsets[count] = offset;
    labels[count] = event.labelled ? event.label : Double.NaN;
    weights[count] = (float) event.weight;
    return count++;
  }

  /** All rows, [capacity][width]. */
  float[] values() {
    return values;
  }

  /** Where a row begins in {@link #values}. */
  int start(int row) {
    return row * width;
  }

  long offset(int row) {
    return offsets[row];
  }

  double label(int row) {
    return labels[row];
  }

  /** The weights of all rows, [capacity]. */
  float[] weights() {
    return weights;
  }

  int count() {
    return count;
  }

  boolean isFull() {
    return count == offsets.length;
  }

  void clear() {
    count = 0;
  }

  /** A row as it is stored. */
  byte[] toBytes(int row) {
    ByteBuffer bytes =
        ByteBuffer.allocate(HEADER + width * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putLong(offsets[row]).putDouble(labels[row]).putFloat(weights[row]);
    bytes.asFloatBuffer().put(values, start(row), width);
    return bytes.array();
  }

  /**
   * Appends a row that was stored.
   *
   * @throws StateException if it is of another width
   */
  void addStored(byte[] stored) {
    boolean weighted = stored.length == HEADER + width * Float.BYTES;
    if (!weighted && stored.length != FIRST_HEADER + width * Float.BYTES) {
      throw new StateException(
          "a pending row has %d bytes, expected %d"
              .formatted(stored.length, HEADER + width * Float.BYTES));
    }
    ByteBuffer bytes = ByteBuffer.wrap(stored).order(ByteOrder.LITTLE_ENDIAN);
    offsets[count] = bytes.getLong();
    labels[count] = bytes.getDouble();
    weights[count] = weighted ? bytes.getFloat() : 1f;
    bytes.asFloatBuffer().get(values, start(count), width);
    count++;
  }
}
