package dev.millrace.engine;

import dev.millrace.engine.feature.EventRow;
import dev.millrace.engine.feature.FeatureSpace;
import dev.millrace.engine.feature.Featurizer;
import dev.millrace.engine.layer.Entries;
import dev.millrace.engine.state.StateException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Featurised events in the order in which they came, up to a stated number.
 *
 * <p>A row that is stored holds its values and not the event, because the statistics that scaled it
 * have moved on:
 *
 * <pre>
 *   offset int64 | label float64 | weight float32 | numbers float32 × width
 *   then for each field of categories: count int32, then count × (index int32, weight float32)
 *   then what a panel's experts said of it, float32 × their outputs
 *                                                                          little-endian
 * </pre>
 */
final class Rows {
  private static final int HEADER = Long.BYTES + Double.BYTES + Float.BYTES;
  private static final int ENTRY = Integer.BYTES + Float.BYTES;

  private final int width;
  private final float[] values; // [capacity][width]
  private final Entries categories;
  private final long[] offsets;
  private final double[] labels; // NaN where there is none
  private final float[] weights;
  private final int saidLength;
  private final float[] said; // [capacity][saidLength], of rows whose labels come late
  private int count;

  /**
   * No rows yet.
   *
   * @param saidLength what is kept of the prediction of a row
   */
  Rows(int capacity, FeatureSpace space, int saidLength) {
    this.saidLength = saidLength;
    said = new float[Math.multiplyExact(capacity, saidLength)];
    width = space.width();
    values = new float[Math.multiplyExact(capacity, width)];
    categories = new Entries(space.categories().size(), capacity);
    offsets = new long[capacity];
    labels = new double[capacity];
    weights = new float[capacity];
  }

  /** Featurises the event into the next row and returns its number. */
  int add(EventRow event, long offset, Featurizer featurizer) {
    return add(event, offset, featurizer, event.labelled);
  }

  /** The same, saying whether the label is known yet: only then do texts join vocabularies. */
  int add(EventRow event, long offset, Featurizer featurizer, boolean labelIsKnown) {
    featurizer.featurize(event, values, count * width, categories, labelIsKnown);
    offsets[count] = offset;
    labels[count] = event.labelled ? event.label : Double.NaN;
    weights[count] = (float) event.weight;
    return count++;
  }

  /** All rows, [capacity][width]. */
  float[] values() {
    return values;
  }

  /** The categories of all rows. */
  Entries categories() {
    return categories;
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

  /** The label of a row as it is stored. */
  static double label(byte[] stored) {
    if (stored.length < HEADER) {
      throw new StateException("a pending row ends too early, bytes=" + stored.length);
    }
    return ByteBuffer.wrap(stored).order(ByteOrder.LITTLE_ENDIAN).getDouble(Long.BYTES);
  }

  /** The weights of all rows, [capacity]. */
  float[] weights() {
    return weights;
  }

  /** What was said of each row when it was predicted, [capacity][saidLength]. */
  float[] said() {
    return said;
  }

  int saidLength() {
    return saidLength;
  }

  /** The row of the event at an offset, -1 if it is not here. */
  int indexOf(long offset) {
    for (int row = 0; row < count; row++) {
      if (offsets[row] == offset) {
        return row;
      }
    }
    return -1;
  }

  int count() {
    return count;
  }

  boolean isFull() {
    return count == offsets.length;
  }

  void clear() {
    count = 0;
    categories.clear();
  }

  /** A row as it is stored. */
  byte[] toBytes(int row) {
    int fields = categories.fields();
    int entries = fields == 0 ? 0 : categories.end(row, fields - 1) - categories.start(row, 0);
    int length = HEADER + width * Float.BYTES + fields * Integer.BYTES + entries * ENTRY;
    length += saidLength * Float.BYTES;
    ByteBuffer bytes = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putLong(offsets[row]).putDouble(labels[row]).putFloat(weights[row]);
    bytes.asFloatBuffer().put(values, start(row), width);
    bytes.position(bytes.position() + width * Float.BYTES);
    for (int field = 0; field < fields; field++) {
      int end = categories.end(row, field);
      bytes.putInt(end - categories.start(row, field));
      for (int e = categories.start(row, field); e < end; e++) {
        bytes.putInt(categories.index(e)).putFloat(categories.weight(e));
      }
    }
    bytes.asFloatBuffer().put(said, row * saidLength, saidLength);
    return bytes.array();
  }

  /**
   * Appends a row that was stored.
   *
   * @throws StateException if it is not a row of these features
   */
  void addStored(byte[] stored) {
    ByteBuffer bytes = ByteBuffer.wrap(stored).order(ByteOrder.LITTLE_ENDIAN);
    try {
      offsets[count] = bytes.getLong();
      labels[count] = bytes.getDouble();
      weights[count] = bytes.getFloat();
      bytes.asFloatBuffer().get(values, start(count), width);
      bytes.position(bytes.position() + width * Float.BYTES);
      for (int field = 0; field < categories.fields(); field++) {
        for (int entries = bytes.getInt(); entries > 0; entries--) {
          categories.add(bytes.getInt(), bytes.getFloat());
        }
        categories.endField();
      }
      bytes.asFloatBuffer().get(said, count * saidLength, saidLength);
      bytes.position(bytes.position() + saidLength * Float.BYTES);
    } catch (BufferUnderflowException | IllegalArgumentException e) {
      throw new StateException("a pending row ends too early, bytes=" + stored.length, e);
    }
    if (bytes.hasRemaining()) {
      throw new StateException("a pending row is too long, bytes=" + stored.length);
    }
    count++;
  }
}
