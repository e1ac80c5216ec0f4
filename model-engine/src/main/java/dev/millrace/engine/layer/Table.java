package dev.millrace.engine.layer;

import dev.millrace.engine.kernel.Kernels;
import dev.millrace.engine.kernel.Workspace;
import java.util.Arrays;

/**
 * A table with a row of weights for each category: what the active entries of a batch read and
 * teach. The cost follows the entries, never the size of the table.
 *
 * <p>A forward pass, {@link #addTo}, lists the entries of the rows at hand, row by row and field by
 * field; everything else goes through that list in its order. A row of the table that is active
 * several times in a batch gets the sum of its gradients in that order, and is taught once.
 */
final class Table {
  private static final int FREE = -1;
  private static final int ENTRIES_MIN = 32;

  private final Parameter parameter;
  private final Categories categories;
  private final Kernels kernels;
  private final int columns;
  private final int stride;
  private final int fieldStride;
  private final int[] shifts; // by field: from an index over all categories to a row of the table

  // the entries of the rows at hand
  private int count;
  private float weightMax; // by magnitude
  private int[] starts = {0}; // [rows + 1]: where the entries of a row begin
  private int[] batchRows; // by entry: its row of the batch
  private int[] tableRows; // its row of the table
  private int[] targets; // where its result begins, [rows][stride]
  private int[] numbers; // its place among the entries of all fields of these rows
  private float[] weights;

  private int[] slotRows; // open addressing: the row in a slot
  private int[] slotPlaces; // and its place among those taught
  private int[] taught; // the rows of a batch, in the order of first use
  private float[] gradient; // [place][columns]
  private int taughtCount;

  /**
   * @param parameter a tensor with a row for each category of the fields, in their order
   * @param stride the width of a row of results
   * @param fieldStride how far apart the results of two fields lie in it; 0 if they are added
   */
  Table(Parameter parameter, Categories categories, int stride, int fieldStride, Kernels kernels) {
    this.parameter = parameter;
    this.categories = categories;
    this.kernels = kernels;
    this.stride = stride;
    this.fieldStride = fieldStride;
    columns = parameter.tensor().columns();
    shifts = new int[categories.fields().size()];
    int row = 0;
    for (int f = 0; f < shifts.length; f++) {
      shifts[f] = row - categories.fields().get(f).base();
      row += categories.fields().get(f).size();
    }
    makeRoom(ENTRIES_MIN);
  }

  Parameter parameter() {
    return parameter;
  }

  /** Lists the entries of the rows at hand. */
  private void list(int rows) {
    Entries entries = categories.inputs().entries();
    int first = categories.inputs().firstRow();
    int base = entries.start(first, 0);
    int most = entries.end(first + rows - 1, entries.fields() - 1) - base;
    if (most > weights.length) {
      makeRoom(most);
    }
    if (starts.length <= rows) {
      starts = new int[rows + 1];
    }
    count = 0;
    weightMax = 0f;
    for (int row = 0; row < rows; row++) {
      starts[row] = count;
      for (int f = 0; f < shifts.length; f++) {
        int field = categories.fields().get(f).number();
        int end = entries.end(first + row, field);
        for (int e = entries.start(first + row, field); e < end; e++) {
          batchRows[count] = row;
          tableRows[count] = entries.index(e) + shifts[f];
          targets[count] = row * stride + f * fieldStride;
          numbers[count] = e - base;
          weights[count] = entries.weight(e);
          weightMax = Math.max(weightMax, Math.abs(entries.weight(e)));
          count++;
        }
      }
    }
    starts[rows] = count;
  }

  private void makeRoom(int entries) {
    int slots = Integer.highestOneBit(2 * entries - 1) << 1;
    batchRows = new int[slots / 2];
    tableRows = new int[slots / 2];
    targets = new int[slots / 2];
    numbers = new int[slots / 2];
    weights = new float[slots / 2];
    slotRows = new int[slots];
    slotPlaces = new int[slots];
    taught = new int[slots / 2];
    gradient = new float[Math.multiplyExact(slots / 2, columns)];
  }

  /** Where the entries of a row of the batch begin; those of the next begin where they end. */
  int start(int row) {
    return starts[row];
  }

  float weight(int i) {
    return weights[i];
  }

  /** The place of an entry among those of all fields. */
  int number(int i) {
    return numbers[i];
  }

  /** Where the table's row of an entry lies in the flat array. */
  private int at(int i) {
    return parameter.tensor().offset() + tableRows[i] * columns;
  }

  /**
   * y = y + Σ weight·table[index], entries in their order.
   *
   * @param y [rows][stride]
   */
  void addTo(float[] y, int rows, float[] parameters) {
    list(rows);
    for (int i = 0; i < count; i++) {
      if (columns == 1) {
        y[targets[i]] = Math.fma(weights[i], parameters[at(i)], y[targets[i]]);
      } else {
        kernels.axpy(weights[i], parameters, at(i), y, targets[i], columns);
      }
    }
  }

  /** A bound on what {@link #gradients} hands over, for dy of at most this magnitude. */
  double gradientBound(float dyMax) {
    return gradientBound(dyMax, 0f);
  }

  /** As {@link #gradientBound(float)}, if each entry adds weight² times what is at most own. */
  double gradientBound(float dyMax, float ownMax) {
    return count * ((double) weightMax * dyMax + (double) weightMax * weightMax * ownMax);
  }

  /** Σ (weight·|table[index]|)² over the entries of a row. */
  float squares(int row, float[] parameters, Workspace workspace) {
    float sum = 0f;
    for (int i = starts[row]; i < starts[row + 1]; i++) {
      sum = Math.fma(weights[i] * weights[i], norm(i, parameters, workspace), sum);
    }
    return sum;
  }

  /** |table[index]|² of an entry. */
  private float norm(int i, float[] parameters, Workspace workspace) {
    return kernels.dot(parameters, at(i), parameters, at(i), columns, workspace);
  }

  /** The largest magnitude in the rows that the batch uses. */
  float maxMagnitude(float[] parameters) {
    float max = 0f;
    for (int i = 0; i < count; i++) {
      max = Math.max(max, kernels.maxMagnitude(parameters, at(i), columns));
    }
    return max;
  }

  /** Hands over the gradient of every row that the batch uses; dy [rows][stride]. */
  void gradients(float[] dy, GradientSink sink) {
    sumGradients(dy);
    sink.acceptRows(parameter, taught, taughtCount, gradient);
  }

  /**
   * As {@link #gradients}, but less own·weight²·table[index] for each entry, own [rows] being of
   * its row: what an entry would have with itself.
   */
  void gradientsWithoutOwn(float[] dy, float[] own, float[] parameters, GradientSink sink) {
    sumGradients(dy);
    for (int i = 0; i < count; i++) {
      float factor = -own[batchRows[i]] * (weights[i] * weights[i]);
      kernels.axpy(factor, parameters, at(i), gradient, place(tableRows[i]) * columns, columns);
    }
    sink.acceptRows(parameter, taught, taughtCount, gradient);
  }

  private void sumGradients(float[] dy) {
    Arrays.fill(slotRows, FREE);
    taughtCount = 0;
    for (int i = 0; i < count; i++) {
      int to = place(tableRows[i]) * columns;
      if (columns == 1) {
        gradient[to] = Math.fma(weights[i], dy[targets[i]], gradient[to]);
      } else {
        kernels.axpy(weights[i], dy, targets[i], gradient, to, columns);
      }
    }
  }

  /** gradient[entry] += Σ dy·table[index] over ascending columns; dy [rows][stride]. */
  void addEntryGradients(float[] dy, float[] parameters, float[] gradient) {
    for (int i = 0; i < count; i++) {
      float sum = gradient[numbers[i]];
      for (int j = 0; j < columns; j++) {
        sum = Math.fma(dy[targets[i] + j], parameters[at(i) + j], sum);
      }
      gradient[numbers[i]] = sum;
    }
  }

  /** gradient[entry] -= own·weight·|table[index]|², own [rows] being of its row. */
  void subtractOwn(float[] own, float[] parameters, float[] gradient, Workspace workspace) {
    for (int i = 0; i < count; i++) {
      float factor = -own[batchRows[i]] * weights[i];
      int number = numbers[i];
      gradient[number] = Math.fma(factor, norm(i, parameters, workspace), gradient[number]);
    }
  }

  /** Shows the row of every entry of the rows at hand. */
  void visitRows(Layer.Range range) {
    for (int i = 0; i < count; i++) {
      range.accept(at(i), columns);
    }
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
