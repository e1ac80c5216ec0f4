package dev.millrace.engine.layer;

import dev.millrace.engine.kernel.Kernels;

/**
 * The entries of some fields in the rows at hand, row by row and field by field. All tables that
 * read these fields share it, so that what depends on the entries alone is found out once.
 */
final class ActiveEntries {
  private static final int ENTRIES_MIN = 32;

  private final Inputs inputs;
  private final Kernels kernels;
  private final Categories.Run[] runs;
  private final DistinctRows distinct;
  private long view; // of the inputs, of which this is
  private int rows;
  private int count;
  private float weightMax; // by magnitude
  private float squares;
  private boolean hasSquares;
  private boolean hasDistinct;
  private boolean areDistinct;
  private boolean knowsWhetherDistinct;
  private int[] starts = {0}; // [rows + 1]: where the entries of a row begin
  private int[] tableRows; // by entry: its row of a table
  private int[] numbers; // its place among the entries of all fields of these rows
  private float[] weights;

  ActiveEntries(Categories categories, Kernels kernels) {
    inputs = categories.inputs();
    this.kernels = kernels;
    runs = categories.runs();
    distinct = new DistinctRows(Math.toIntExact(categories.size()));
    makeRoom(ENTRIES_MIN);
  }

  /** Lists the entries of the rows at hand, unless that is done. */
  void list(int rows) {
    if (view == inputs.views() && this.rows == rows) {
      return;
    }
    view = inputs.views();
    this.rows = rows;
    hasSquares = false;
    hasDistinct = false;
    knowsWhetherDistinct = false;
    Entries entries = inputs.entries();
    int[] bounds = entries.bounds();
    int[] indices = entries.indices();
    float[] entryWeights = entries.weights();
    int first = inputs.firstRow() * entries.fields();
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
        count += length;
      }
    }
    starts[rows] = count;
    weightMax = kernels.maxMagnitude(weights, 0, count);
  }

  private void makeRoom(int entries) {
    int room = Integer.highestOneBit(2 * entries - 1);
    tableRows = new int[room];
    numbers = new int[room];
    weights = new float[room];
  }

  /**
   * Writes where the result of each entry begins, in [rows][stride] with the fields a stride apart.
   */
  void targets(int stride, int fieldStride, int[] targets) {
    Entries entries = inputs.entries();
    int[] bounds = entries.bounds();
    int i = 0;
    for (int row = 0; row < rows; row++) {
      int field = (inputs.firstRow() + row) * entries.fields();
      for (Categories.Run run : runs) {
        for (int f = 0; f < run.count(); f++) {
          int at = field + run.first() + f;
          for (int e = bounds[at]; e < bounds[at + 1]; e++) {
            targets[i++] = row * stride + (run.place() + f) * fieldStride;
          }
        }
      }
    }
  }

  /** The rows at hand. */
  int rows() {
    return rows;
  }

  /** The entries of all rows. */
  int count() {
    return count;
  }

  /** The largest magnitude of a weight. */
  float weightMax() {
    return weightMax;
  }

  /** Σ weight² over the entries of all rows. */
  float squares() {
    if (!hasSquares) {
      float sum = 0f;
      for (int i = 0; i < count; i++) {
        sum = Math.fma(weights[i], weights[i], sum);
      }
      squares = sum;
      hasSquares = true;
    }
    return squares;
  }

  /** The rows of a table that the entries use, each once. */
  DistinctRows distinct() {
    if (!hasDistinct) {
      distinct.find(tableRows, count);
      hasDistinct = true;
    }
    return distinct;
  }

  /** Whether no two entries use one row of a table. */
  boolean areDistinct() {
    if (!knowsWhetherDistinct) {
      areDistinct = distinct.areAll(tableRows, count);
      knowsWhetherDistinct = true;
    }
    return areDistinct;
  }

  // The arrays themselves; they change with the next view.

  /** Where the entries of a row begin; those of the next begin where they end. */
  int[] starts() {
    return starts;
  }

  /** By entry, its row of a table. */
  int[] tableRows() {
    return tableRows;
  }

  /** By entry, its place among the entries of all fields. */
  int[] numbers() {
    return numbers;
  }

  float[] weights() {
    return weights;
  }
}
