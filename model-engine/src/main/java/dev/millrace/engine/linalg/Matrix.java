package dev.millrace.engine.linalg;

import dev.millrace.engine.kernel.MatrixView;
import java.util.Arrays;

/** A matrix of doubles, row-major, whose shape never changes. Its elements may. */
public final class Matrix {
  private final int rows;
  private final int columns;
  private final double[] values;

  private Matrix(int rows, int columns, double[] values) {
    this.rows = rows;
    this.columns = columns;
    this.values = values;
  }

  /** A matrix of zeros; both sizes at least 1. */
  public static Matrix zeros(int rows, int columns) {
    if (rows < 1 || columns < 1 || (long) rows * columns > Integer.MAX_VALUE - 8) {
      throw new IllegalArgumentException(
          "no such matrix, rows=%d, columns=%d".formatted(rows, columns));
    }
    return new Matrix(rows, columns, new double[rows * columns]);
  }

  public static Matrix identity(int size) {
    return diagonal(size, 1);
  }

  /** A square matrix with the value all along its diagonal. */
  public static Matrix diagonal(int size, double value) {
    Matrix matrix = zeros(size, size);
    for (int i = 0; i < size; i++) {
      matrix.set(i, i, value);
    }
    return matrix;
  }

  /** A copy of the values, given row after row. */
  public static Matrix of(int rows, int columns, double... rowMajor) {
    Matrix matrix = zeros(rows, columns);
    if (rowMajor.length != matrix.values.length) {
      throw new IllegalArgumentException(
          "%d values do not fill a matrix, rows=%d, columns=%d"
              .formatted(rowMajor.length, rows, columns));
    }
    System.arraycopy(rowMajor, 0, matrix.values, 0, rowMajor.length);
    return matrix;
  }

  /** A copy of the rows, all of one length. */
  public static Matrix of(double[][] rows) {
    Matrix matrix = zeros(rows.length, rows.length == 0 ? 0 : rows[0].length);
    for (int i = 0; i < rows.length; i++) {
      if (rows[i].length != matrix.columns) {
        throw new IllegalArgumentException(
            "row %d has %d values, columns=%d".formatted(i, rows[i].length, matrix.columns));
      }
      System.arraycopy(rows[i], 0, matrix.values, i * matrix.columns, matrix.columns);
    }
    return matrix;
  }

  /** A matrix of one column. */
  public static Matrix column(double... values) {
    return of(values.length, 1, values);
  }

  public int rows() {
    return rows;
  }

  public int columns() {
    return columns;
  }

  public double get(int row, int column) {
    return values[index(row, column)];
  }

  public void set(int row, int column, double value) {
    values[index(row, column)] = value;
  }

  private int index(int row, int column) {
    if (row < 0 || row >= rows || column < 0 || column >= columns) {
      throw new IndexOutOfBoundsException(
          "no element (%d, %d), rows=%d, columns=%d".formatted(row, column, rows, columns));
    }
    return row * columns + column;
  }

  public Matrix copy() {
    return new Matrix(rows, columns, values.clone());
  }

  /** A copy of the values, row after row. */
  public double[] toArray() {
    return values.clone();
  }

  /** The live values, row after row. */
  double[] values() {
    return values;
  }

  MatrixView view() {
    return MatrixView.of(values, columns);
  }

  public Matrix transpose() {
    Matrix result = new Matrix(columns, rows, new double[values.length]);
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < columns; j++) {
        result.values[j * rows + i] = values[i * columns + j];
      }
    }
    return result;
  }

  /** The sum of two matrices of one shape. */
  public Matrix plus(Matrix other) {
    if (rows != other.rows || columns != other.columns) {
      throw new IllegalArgumentException("shapes differ, %s and %s".formatted(this, other));
    }
    Matrix result = copy();
    LinearAlgebra.axpy(1, other.values, result.values);
    return result;
  }

  /** Every element multiplied by the factor. */
  public Matrix times(double factor) {
    Matrix result = copy();
    for (int i = 0; i < values.length; i++) {
      result.values[i] *= factor;
    }
    return result;
  }

  /** The largest sum of magnitudes of a column; NaN if any element is. */
  public double norm1() {
    double[] sums = new double[columns];
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < columns; j++) {
        sums[j] += Math.abs(values[i * columns + j]);
      }
    }
    return largest(sums);
  }

  /** The largest sum of magnitudes of a row; NaN if any element is. */
  public double normInfinity() {
    double[] sums = new double[rows];
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < columns; j++) {
        sums[i] += Math.abs(values[i * columns + j]);
      }
    }
    return largest(sums);
  }

  /** The root of the sum of squares, scaled so that no square overflows; NaN if any element is. */
  public double normFrobenius() {
    double scale = maxMagnitude();
    if (scale == 0 || Double.isNaN(scale) || scale == Double.POSITIVE_INFINITY) {
      return scale;
    }
    double sum = 0;
    for (double value : values) {
      double scaled = value / scale;
      sum = Math.fma(scaled, scaled, sum);
    }
    return scale * Math.sqrt(sum);
  }

  /** The largest magnitude of an element; NaN if any is. */
  public double maxMagnitude() {
    double max = 0;
    for (double value : values) {
      max = Math.max(max, Math.abs(value));
    }
    return max;
  }

  private static double largest(double[] sums) {
    double max = 0;
    for (double sum : sums) {
      max = Math.max(max, sum);
    }
    return max;
  }

  /** Refuses a matrix with NaN or infinity, which it calls by the given name. */
  void mustBeFinite(String name) {
    for (int i = 0; i < values.length; i++) {
      if (!Double.isFinite(values[i])) {
        throw new IllegalArgumentException(
            "%s must be finite, %s[%d][%d]=%s"
                .formatted(name, name, i / columns, i % columns, values[i]));
      }
    }
  }

  /** Refuses a matrix that is not square. */
  void mustBeSquare(String name) {
    if (rows != columns) {
      throw new IllegalArgumentException(
          "%s must be square, rows=%d, columns=%d".formatted(name, rows, columns));
    }
  }

  /** Equal in shape and in every bit, but for the payload of a NaN. */
  @Override
  public boolean equals(Object other) {
    return other instanceof Matrix matrix
        && rows == matrix.rows
        && columns == matrix.columns
        && Arrays.equals(values, matrix.values);
  }

  @Override
  public int hashCode() {
    return 31 * columns + Arrays.hashCode(values);
  }

  /** The shape: {@code matrix [3][4]}. */
  @Override
  public String toString() {
    return "matrix [%d][%d]".formatted(rows, columns);
  }
}
