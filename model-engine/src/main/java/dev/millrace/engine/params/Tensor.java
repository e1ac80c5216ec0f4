package dev.millrace.engine.params;

/**
 * One named matrix or vector within a flat array, row-major.
 *
 * @param name Keras' way: {@code dense_0/kernel}
 * @param rows the inputs of a kernel; 1 for a bias
 * @param columns the layer's units
 * @param offset the index of its first element
 */
public record Tensor(String name, int rows, int columns, int offset) {
  /** The number of elements. */
  public int size() {
    return rows * columns;
  }

  /** The index of one element in the flat array. */
  public int index(int row, int column) {
    assert row >= 0 && row < rows && column >= 0 && column < columns : name;
    return offset + row * columns + column;
  }
}
