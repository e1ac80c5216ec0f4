package dev.millrace.engine.kernel;

/**
 * Where a matrix lies in an array: element (i, j) at offset + i·rowStride + j·columnStride. Strides
 * may be negative.
 */
public record MatrixView(double[] array, int offset, int rowStride, int columnStride) {
  /** A whole row-major matrix. */
  public static MatrixView of(double[] array, int columns) {
    return new MatrixView(array, 0, columns, 1);
  }

  /** Where element (row, column) lies. */
  public int index(int row, int column) {
    return offset + row * rowStride + column * columnStride;
  }

  /** The same matrix without its first rows and columns. */
  public MatrixView from(int row, int column) {
    return new MatrixView(array, index(row, column), rowStride, columnStride);
  }

  public MatrixView transposed() {
    return new MatrixView(array, offset, columnStride, rowStride);
  }

  /** The rows in reverse order. */
  public MatrixView upsideDown(int rows) {
    return new MatrixView(array, index(rows - 1, 0), -rowStride, columnStride);
  }

  /** The rows and columns in reverse order: an upper triangle becomes a lower one. */
  public MatrixView reversed(int size) {
    return new MatrixView(array, index(size - 1, size - 1), -rowStride, -columnStride);
  }
}
