package dev.millrace.engine.layer;

import dev.millrace.engine.kernel.Kernels;
import dev.millrace.engine.kernel.Workspace;
import java.util.Arrays;

/**
 * A table with a row of weights for each category: what the active entries of a batch read and
 * teach. The cost follows the entries, never the size of the table.
 *
 * <p>A row that is active several times in a batch gets the sum of its gradients in the order of
 * the entries, and is taught once.
 */
final class Table {
  private static final int FREE = -1;
  private static final int SLOTS_MIN = 64;

  private final Parameter parameter;
  private final Categories categories;
  private final Kernels kernels;
  private final int columns;
  private final int fieldStride;
  private final int[] shifts; // by field: from an index over all categories to a row of the table

  private int[] slotRows = new int[SLOTS_MIN]; // open addressing: the row in a slot
  private int[] slotPlaces = new int[SLOTS_MIN]; // and its place among those taught
  private int[] taught = new int[SLOTS_MIN]; // the rows of a batch, in the order of first use
  private float[] gradient; // [place][columns]
  private int taughtCount;

  /**
   * @param parameter a tensor with a row for each category of the fields, in their order
   * @param fieldStride how far apart the results of two fields lie in a row; 0 if they are added
   */
  Table(Parameter parameter, Categories categories, int fieldStride, Kernels kernels) {
    this.parameter = parameter;
    this.categories = categories;
    this.kernels = kernels;
    this.fieldStride = fieldStride;
    columns = parameter.tensor().columns();
    gradient = new float[SLOTS_MIN * columns];
    shifts = new int[categories.fields().size()];
    int row = 0;
    for (int f = 0; f < shifts.length; f++) {
      shifts[f] = row - categories.fields().get(f).base();
      row += categories.fields().get(f).size();
    }
  }

  Parameter parameter() {
    return parameter;
  }

  /**
   * y = y + Σ weight·table[index], entries in their order.
   *
   * @param y [rows][stride]
   */
  void addTo(float[] y, int stride, int rows, float[] parameters) {
    Entries entries = categories.inputs().entries();
    int offset = parameter.tensor().offset();
    for (int row = 0; row < rows; row++) {
      for (int f = 0; f < shifts.length; f++) {
        int field = categories.fields().get(f).number();
        int from = categories.inputs().firstRow() + row;
        int end = entries.end(from, field);
        int to = row * stride + f * fieldStride;
        for (int e = entries.start(from, field); e < end; e++) {
          int at = offset + (entries.index(e) + shifts[f]) * columns;
          if (columns == 1) {
            y[to] = Math.fma(entries.weight(e), parameters[at], y[to]);
          } else {
            kernels.axpy(entries.weight(e), parameters, at, y, to, columns);
          }
        }
      }
    }
  }

  /** A bound on what {@link #gradients} hands over, for dy of at most this magnitude. */
  double gradientBound(int rows, float dyMax) {
    return gradientBound(rows, dyMax, 0f);
  }

  /**
   * As {@link #gradientBound(int, float)}, if each entry adds weight² times what is at most own.
   */
  double gradientBound(int rows, float dyMax, float ownMax) {
    Entries entries = categories.inputs().entries();
    int first = categories.inputs().firstRow();
    float weightMax = 0f;
    int count = 0;
    for (int row = first; row < first + rows; row++) {
      for (int f = 0; f < shifts.length; f++) {
        int field = categories.fields().get(f).number();
        int end = entries.end(row, field);
        for (int e = entries.start(row, field); e < end; e++) {
          weightMax = Math.max(weightMax, Math.abs(entries.weight(e)));
          count++;
        }
      }
    }
    return count * ((double) weightMax * dyMax + (double) weightMax * weightMax * ownMax);
  }

  /** Σ (weight·|table[index]|)² over the entries of a row. */
  float squares(int row, float[] parameters, Workspace workspace) {
    Entries entries = categories.inputs().entries();
    int from = categories.inputs().firstRow() + row;
    float sum = 0f;
    for (int f = 0; f < shifts.length; f++) {
      int field = categories.fields().get(f).number();
      int end = entries.end(from, field);
      for (int e = entries.start(from, field); e < end; e++) {
        int at = parameter.tensor().offset() + (entries.index(e) + shifts[f]) * columns;
        float norm = kernels.dot(parameters, at, parameters, at, columns, workspace);
        sum = Math.fma(entries.weight(e) * entries.weight(e), norm, sum);
      }
    }
    return sum;
  }

  /** The largest magnitude in the rows that the batch uses. */
  float maxMagnitude(int rows, float[] parameters) {
    Entries entries = categories.inputs().entries();
    int first = categories.inputs().firstRow();
    float max = 0f;
    for (int row = first; row < first + rows; row++) {
      for (int f = 0; f < shifts.length; f++) {
        int field = categories.fields().get(f).number();
        int end = entries.end(row, field);
        for (int e = entries.start(row, field); e < end; e++) {
          int at = parameter.tensor().offset() + (entries.index(e) + shifts[f]) * columns;
          max = Math.max(max, kernels.maxMagnitude(parameters, at, columns));
        }
      }
    }
    return max;
  }

  /** Hands over the gradient of every row that the batch uses; dy [rows][stride]. */
  void gradients(float[] dy, int stride, int rows, GradientSink sink) {
    sumGradients(dy, stride, rows);
    sink.acceptRows(parameter, taught, taughtCount, gradient);
  }

  /**
   * As {@link #gradients}, but less own·weight²·table[index] for each entry, own [rows] being of
   * its row: what an entry would have with itself.
   */
  void gradientsWithoutOwn(
      float[] dy, int stride, float[] own, int rows, float[] parameters, GradientSink sink) {
    sumGradients(dy, stride, rows);
    Entries entries = categories.inputs().entries();
    int first = categories.inputs().firstRow();
    for (int row = 0; row < rows; row++) {
      for (int f = 0; f < shifts.length; f++) {
        int field = categories.fields().get(f).number();
        int end = entries.end(first + row, field);
        for (int e = entries.start(first + row, field); e < end; e++) {
          int tableRow = entries.index(e) + shifts[f];
          int at = parameter.tensor().offset() + tableRow * columns;
          float factor = -own[row] * (entries.weight(e) * entries.weight(e));
          kernels.axpy(factor, parameters, at, gradient, place(tableRow) * columns, columns);
        }
      }
    }
    sink.acceptRows(parameter, taught, taughtCount, gradient);
  }

  private void sumGradients(float[] dy, int stride, int rows) {
    Entries entries = categories.inputs().entries();
    int first = categories.inputs().firstRow();
    forget(entries.end(first + rows - 1, entries.fields() - 1) - entries.start(first, 0));
    for (int row = 0; row < rows; row++) {
      for (int f = 0; f < shifts.length; f++) {
        int field = categories.fields().get(f).number();
        int end = entries.end(first + row, field);
        int from = row * stride + f * fieldStride;
        for (int e = entries.start(first + row, field); e < end; e++) {
          int to = place(entries.index(e) + shifts[f]) * columns;
          if (columns == 1) {
            gradient[to] = Math.fma(entries.weight(e), dy[from], gradient[to]);
          } else {
            kernels.axpy(entries.weight(e), dy, from, gradient, to, columns);
          }
        }
      }
    }
  }

  /** gradient[entry] += Σ dy·table[index] over ascending columns; dy [rows][stride]. */
  void addEntryGradients(float[] dy, int stride, int rows, float[] parameters, float[] gradient) {
    Entries entries = categories.inputs().entries();
    int first = categories.inputs().firstRow();
    int base = entries.start(first, 0);
    for (int row = 0; row < rows; row++) {
      for (int f = 0; f < shifts.length; f++) {
        int field = categories.fields().get(f).number();
        int end = entries.end(first + row, field);
        for (int e = entries.start(first + row, field); e < end; e++) {
          int at = parameter.tensor().offset() + (entries.index(e) + shifts[f]) * columns;
          float sum = gradient[e - base];
          for (int j = 0; j < columns; j++) {
            sum = Math.fma(dy[row * stride + f * fieldStride + j], parameters[at + j], sum);
          }
          gradient[e - base] = sum;
        }
      }
    }
  }

  /** gradient[entry] -= own·weight·|table[index]|², own [rows] being of its row. */
  void subtractOwn(
      float[] own, int rows, float[] parameters, float[] gradient, Workspace workspace) {
    Entries entries = categories.inputs().entries();
    int first = categories.inputs().firstRow();
    int base = entries.start(first, 0);
    for (int row = 0; row < rows; row++) {
      for (int f = 0; f < shifts.length; f++) {
        int field = categories.fields().get(f).number();
        int end = entries.end(first + row, field);
        for (int e = entries.start(first + row, field); e < end; e++) {
          int at = parameter.tensor().offset() + (entries.index(e) + shifts[f]) * columns;
          float norm = kernels.dot(parameters, at, parameters, at, columns, workspace);
          gradient[e - base] = Math.fma(-own[row] * entries.weight(e), norm, gradient[e - base]);
        }
      }
    }
  }

  /** Shows the row of every entry of the rows at hand. */
  void visitRows(int rows, Layer.Range range) {
    Entries entries = categories.inputs().entries();
    int first = categories.inputs().firstRow();
    for (int row = first; row < first + rows; row++) {
      for (int f = 0; f < shifts.length; f++) {
        int field = categories.fields().get(f).number();
        int end = entries.end(row, field);
        for (int e = entries.start(row, field); e < end; e++) {
          range.accept(
              parameter.tensor().offset() + (entries.index(e) + shifts[f]) * columns, columns);
        }
      }
    }
  }

  /** Makes room for a batch of so many entries, none of which has been seen. */
  private void forget(int entries) {
    if (slotRows.length < 2 * entries) {
      int slots = Integer.highestOneBit(2 * entries - 1) << 1;
      slotRows = new int[slots];
      slotPlaces = new int[slots];
      taught = new int[slots];
      gradient = new float[Math.multiplyExact(slots, columns)];
    }
    Arrays.fill(slotRows, FREE);
    taughtCount = 0;
  }

  /** The place of a row's gradient, which is 0 when the row is new. */
  private int place(int row) {
    int mask = slotRows.length - 1;
    int slot = (row * 0x9E3779B9 >>> 8) & mask;
    while (slotRows[slot] != row) {
      if (slotRows[slot] == FREE) {
        slotRows[slot] = row;
        slotPlaces[slot] = taughtCount;
        taught[taughtCount] = row;
        Arrays.fill(gradient, taughtCount * columns, (taughtCount + 1) * columns, 0f);
        return taughtCount++;
      }
      slot = (slot + 1) & mask;
    }
    return slotPlaces[slot];
  }
}
