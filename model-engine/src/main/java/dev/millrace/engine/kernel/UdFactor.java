package dev.millrace.engine.kernel;

import java.util.Arrays;

/**
 * A symmetric positive matrix as U·D·Uᵀ, U upper triangular with ones on its diagonal and D
 * diagonal, and the scratch to update it. It cannot lose its symmetry, and is positive as long as D
 * is.
 *
 * <p>U lies by columns. Column j has its rows 0 to j, the diagonal's one included, and zeros up to
 * a multiple of 16, so that loops over a column have no tail:
 *
 * <pre>
 *   column 0:  16 elements    1 0 0 …
 *   column 1:  16 elements    u01 1 0 …
 *   …
 *   column 16: 32 elements    u0,16 u1,16 … 1 0 …
 * </pre>
 */
public final class UdFactor {
  private final int size;

  /** The columns of U. */
  final double[] u;

  /** The diagonal D, [size]. */
  final double[] d;

  /** The row that is about to join, and zeros behind. */
  final double[] x;

  /** What the last update gave, and zeros behind. */
  final double[] gain;

  /** The partial sums of a column. */
  final double[] lanes = new double[Lanes.WIDTH];

  /** Of columns that are updated together, what each has for itself. */
  final double[] columnF = new double[4];

  final double[] columnG = new double[4];
  final double[] columnRatio = new double[4];

  /** The matrix diagonal·I of the given size. */
  public UdFactor(int size, double diagonal) {
    this.size = size;
    long length = start(size);
    if (length > Integer.MAX_VALUE - 8) {
      throw new IllegalArgumentException("too large for one array, size=" + size);
    }
    u = new double[(int) length];
    d = new double[size];
    x = new double[rows(size - 1)];
    gain = new double[rows(size - 1)];
    reset(diagonal);
  }

  /** Makes it diagonal·I again. */
  public void reset(double diagonal) {
    Arrays.fill(d, diagonal);
    Arrays.fill(u, 0);
    for (int j = 0; j < size; j++) {
      u[(int) start(j) + j] = 1;
    }
  }

  /** Rows of column j, zeros included. */
  static int rows(int j) {
    return (j / Lanes.WIDTH + 1) * Lanes.WIDTH;
  }

  /** Where column j begins: 16 columns of 16 rows, 16 of 32, and so on. */
  private static long start(int j) {
    long full = j / Lanes.WIDTH;
    long rest = j % Lanes.WIDTH;
    return Lanes.WIDTH * (Lanes.WIDTH * full * (full + 1) / 2 + rest * (full + 1));
  }

  public int size() {
    return size;
  }

  /** The live columns of U. */
  public double[] u() {
    return u;
  }

  /** The live diagonal D. */
  public double[] d() {
    return d;
  }

  /** Where a caller puts the row that is to join, [size] and zeros behind. */
  public double[] x() {
    return x;
  }

  /** The gain of the last update, [size] and zeros behind. */
  public double[] gain() {
    return gain;
  }

  /** U[row][column], row ≤ column. */
  public double u(int row, int column) {
    return u[(int) start(column) + row];
  }
}
