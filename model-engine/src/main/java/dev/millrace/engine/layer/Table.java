package dev.millrace.engine.layer;

import dev.millrace.engine.kernel.Kernels;
import dev.millrace.engine.kernel.ReadAhead;
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
  private static final int ENTRIES_MIN = 32;

  private final Parameter parameter;
  private final Categories categories;
  private final Kernels kernels;
  private final int offset;
  private final int columns;
  private final int stride;
  private final int fieldStride;
  private final boolean isScalar; // an entry adds one number, to that of its row
  private final Categories.Run[] runs;
  private final ReadAhead readAhead = new ReadAhead();
  private final TaughtRows taught;

  // the entries of the rows at hand
  private int rows;
  private int count;
  private float weightMax; // by magnitude
  private int[] starts = {0}; // [rows + 1]: where the entries of a row begin
  private int[] tableRows; // by entry: its row of the table
  private int[] targets; // where its result begins, [rows][stride]; unless the table is scalar
  private int[] numbers; // its place among the entries of all fields of these rows
  private float[] weights;

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
    offset = parameter.tensor().offset();
    columns = parameter.tensor().columns();
    isScalar = columns == 1 && fieldStride == 0;
    runs = categories.runs();
    taught = new TaughtRows(parameter.tensor().rows(), columns);
    makeRoom(ENTRIES_MIN);
  }

  Parameter parameter() {
    return parameter;
  }

  /** Lists the entries of the rows at hand. */
  private void list(int rows) {
    Entries entries = categories.inputs().entries();
    int[] bounds = entries.bounds();
    int[] indices = entries.indices();
    float[] entryWeights = entries.weights();
    int first = categories.inputs().firstRow() * entries.fields();
    int base = bounds[first];
    int most = bounds[first + rows * entries.fields()] - base;
    if (most > weights.length) {
      makeRoom(most);
    }
    if (starts.length <= rows) {
      starts = new int[rows + 1];
    }
    count = 0;
    for (int row = 0; row < rows; row++) {
      starts[row] = count;
      int field = first + row * entries.fields();
      for (Categories.Run run : runs) {
        int from = bounds[field + run.first()];
        int length = bounds[field + run.first() + run.count()] - from;
        for (int i = 0; i < length; i++) {
          tableRows[count + i] = indices[from + i] + run.shift();
          numbers[count + i] = from + i - base;
        }
        System.arraycopy(entryWeights, from, weights, count, length);
        if (!isScalar) {
          target(bounds, field, row, run);
        }
        count += length;
      }
    }
    starts[rows] = count;
    this.rows = rows;
    weightMax = kernels.maxMagnitude(weights, 0, count);
  }

  /** Sets the targets of a run of a row, whose first field of the categories is given. */
  private void target(int[] bounds, int field, int row, Categories.Run run) {
    int i = count;
    for (int f = 0; f < run.count(); f++) {
      int at = field + run.first() + f;
      int end = i + bounds[at + 1] - bounds[at];
      Arrays.fill(targets, i, end, row * stride + (run.place() + f) * fieldStride);
      i = end;
    }
  }

  private void makeRoom(int entries) {
    int room = Integer.highestOneBit(2 * entries - 1);
    tableRows = new int[room];
    targets = new int[room];
    numbers = new int[room];
    weights = new float[room];
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
    return offset + tableRows[i] * columns;
  }

  /**
   * y = y + Σ weight·table[index], entries in their order.
   *
   * @param y [rows][stride]
   */
  void addTo(float[] y, int rows, float[] parameters) {
    list(rows);
    if (isScalar) {
      addScalars(y, rows, parameters);
      return;
    }
    readAhead.fetch(parameters, offset, columns, tableRows, count);
    for (int i = 0; i < count; i++) {
      kernels.axpy(weights[i], parameters, at(i), y, targets[i], columns);
    }
  }

  private void addScalars(float[] y, int rows, float[] parameters) {
    for (int row = 0; row < rows; row++) {
      float sum = y[row * stride];
      for (int i = starts[row]; i < starts[row + 1]; i++) {
        sum = Math.fma(weights[i], parameters[offset + tableRows[i]], sum);
      }
      y[row * stride] = sum;
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

  /** Σ weight² over the entries of all rows. */
  float squares() {
    float sum = 0f;
    for (int i = 0; i < count; i++) {
      sum = Math.fma(weights[i], weights[i], sum);
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
    taught.handOver(parameter, sink);
  }

  /**
   * As {@link #gradients}, but less own·weight²·table[index] for each entry, own [rows] being of
   * its row: what an entry would have with itself.
   */
  void gradientsWithoutOwn(float[] dy, float[] own, float[] parameters, GradientSink sink) {
    sumGradients(dy);
    for (int row = 0; row < rows; row++) {
      for (int i = starts[row]; i < starts[row + 1]; i++) {
        float factor = -own[row] * (weights[i] * weights[i]);
        taught.add(tableRows[i], factor, parameters, at(i), kernels);
      }
    }
    taught.handOver(parameter, sink);
  }

  private void sumGradients(float[] dy) {
    taught.begin(count);
    if (isScalar) {
      for (int row = 0; row < rows; row++) {
        taught.addScalars(tableRows, weights, starts[row], starts[row + 1], dy[row * stride]);
      }
      return;
    }
    for (int i = 0; i < count; i++) {
      taught.add(tableRows[i], weights[i], dy, targets[i], kernels);
    }
  }

  /** gradient[entry] += Σ dy·table[index] over ascending columns; dy [rows][stride]. */
  void addEntryGradients(float[] dy, float[] parameters, float[] gradient) {
    for (int row = 0; row < rows; row++) {
      for (int i = starts[row]; i < starts[row + 1]; i++) {
        int from = isScalar ? row * stride : targets[i];
        float sum = gradient[numbers[i]];
        for (int j = 0; j < columns; j++) {
          sum = Math.fma(dy[from + j], parameters[at(i) + j], sum);
        }
        gradient[numbers[i]] = sum;
      }
    }
  }

  /** gradient[entry] -= own·weight·|table[index]|², own [rows] being of its row. */
  void subtractOwn(float[] own, float[] parameters, float[] gradient, Workspace workspace) {
    for (int row = 0; row < rows; row++) {
      for (int i = starts[row]; i < starts[row + 1]; i++) {
        float factor = -own[row] * weights[i];
        int number = numbers[i];
        gradient[number] = Math.fma(factor, norm(i, parameters, workspace), gradient[number]);
      }
    }
  }

  /** Shows the row of every entry of the rows at hand. */
  void visitRows(Layer.Range range) {
    for (int i = 0; i < count; i++) {
      range.accept(at(i), columns);
    }
  }
}
