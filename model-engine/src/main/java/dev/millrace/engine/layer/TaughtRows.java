package dev.millrace.engine.layer;

import dev.millrace.engine.kernel.Kernels;
import java.util.Arrays;

/**
 * The rows of a table that a batch teaches, in the order of first use, each once, with the sum of
 * its gradients in the order of the entries.
 *
 * <p>Whether the batch has used a row already says its mark, base plus place if it has. The base
 * moves on by as many places as a batch filled, so that marks need no clearing, and what an older
 * batch marked lies out of range and costs no wrong guess of a branch. The place is checked all the
 * same (Briggs and Torczon, "An efficient representation for sparse sets", 1993), since marks come
 * round again after 2^32 places.
 */
final class TaughtRows {
  private final int columns;
  private final int[] marks; // by row of the table
  private int base;
  private int[] rows = {}; // by place
  private float[] gradient = {}; // [place][columns]
  private int count;

  TaughtRows(int tableRows, int columns) {
    this.columns = columns;
    marks = new int[tableRows];
  }

  /** No rows yet, of at most so many. */
  void begin(int most) {
    base += count;
    count = 0;
    if (most > rows.length) {
      int room = Integer.highestOneBit(2 * most - 1);
      rows = new int[room];
      gradient = new float[Math.multiplyExact(room, columns)];
    }
  }

  /** Where the gradient of a row begins; 0 of a row that is new. */
  int at(int row) {
    int place = marks[row] - base;
    if (!isPlaceOf(row, place, rows, count)) {
      place = count++;
      marks[row] = base + place;
      rows[place] = row;
      Arrays.fill(gradient, place * columns, (place + 1) * columns, 0f);
    }
    return place * columns;
  }

  private static boolean isPlaceOf(int row, int place, int[] rows, int count) {
    return place >= 0 && place < count && rows[place] == row;
  }

  /** gradient[row] += factor·dy[from …]. */
  void add(int row, float factor, float[] dy, int from, Kernels kernels) {
    kernels.axpy(factor, dy, from, gradient, at(row), columns);
  }

  /**
   * gradient[row] += weight·factor for some entries, where a row is one number.
   *
   * @param tableRows by entry
   */
  void addScalars(int[] tableRows, float[] weights, int from, int end, float factor) {
    int[] marks = this.marks;
    int[] rows = this.rows;
    float[] gradient = this.gradient;
    int base = this.base;
    int count = this.count;
    for (int i = from; i < end; i++) {
      int row = tableRows[i];
      int place = marks[row] - base;
      float before = 0f;
      if (isPlaceOf(row, place, rows, count)) {
        before = gradient[place];
      } else {
        place = count++;
        marks[row] = base + place;
        rows[place] = row;
      }
      gradient[place] = Math.fma(weights[i], factor, before);
    }
    this.count = count;
  }

  void handOver(Parameter parameter, GradientSink sink) {
    sink.acceptRows(parameter, rows, count, gradient);
  }
}
