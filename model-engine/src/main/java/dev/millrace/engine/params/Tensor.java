package dev.millrace.engine.params;

import dev.millrace.engine.kernel.Panels;
import java.nio.FloatBuffer;

/**
 * One named matrix or vector within a flat array. What others see of it is row-major; how it lies
 * in the array is its {@link Form}.
 *
 * @param name Keras' way: {@code dense_0/kernel}
 * @param rows the inputs of a kernel; 1 for a bias
 * @param columns the layer's units
 * @param offset the index in the flat array where it begins
 */
public record Tensor(String name, int rows, int columns, int offset, Form form) {
  /** How a tensor lies in the flat array. */
  public enum Form {
    /** For products: {@link Panels} of 16 columns, the last filled up with zeros. */
    PANELS,
    /** For tables of which a step touches few rows: row-major. */
    ROWS
  }

  /** The number of elements. */
  public int size() {
    return rows * columns;
  }

  /** The floats it takes in the flat array, a multiple of 16. */
  public int length() {
    return Math.toIntExact(length(rows, columns, form));
  }

  static long length(int rows, int columns, Form form) {
    return form == Form.PANELS
        ? Panels.length(rows, columns)
        : ((long) rows * columns + Panels.WIDTH - 1) / Panels.WIDTH * Panels.WIDTH;
  }

  /** The index of one element in the flat array. */
  public int index(int row, int column) {
    assert row >= 0 && row < rows && column >= 0 && column < columns : name;
    return form == Form.PANELS
        ? offset + Panels.index(rows, row, column)
        : offset + row * columns + column;
  }

  /** Copies {@code count} elements from the row-major index {@code from} out of the flat array. */
  public void get(float[] array, int from, int count, FloatBuffer to) {
    for (int at = from; at < from + count; ) {
      int run = run(at, from + count);
      to.put(array, index(at / columns, at % columns), run);
      at += run;
    }
  }

  /** Copies {@code count} elements to the row-major index {@code to} into the flat array. */
  public void put(FloatBuffer from, int to, int count, float[] array) {
    for (int at = to; at < to + count; ) {
      int run = run(at, to + count);
      from.get(array, index(at / columns, at % columns), run);
      at += run;
    }
  }

  /** How many elements from a row-major index on lie side by side in the flat array. */
  private int run(int at, int end) {
    if (form == Form.ROWS) {
      return end - at;
    }
    int column = at % columns;
    int inPanel = Math.min(Panels.WIDTH - column % Panels.WIDTH, columns - column);
    return Math.min(inPanel, end - at);
  }
}
