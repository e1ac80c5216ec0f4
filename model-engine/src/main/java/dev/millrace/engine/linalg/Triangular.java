package dev.millrace.engine.linalg;

import dev.millrace.engine.kernel.MatrixKernels;
import dev.millrace.engine.kernel.MatrixView;

/**
 * Solves triangular systems in place. Each element is one chain: b[i] - t[i][k]·x[k] for k from the
 * corner where the solution begins, then divided by the diagonal; halving the system keeps that
 * order and makes most of it products.
 */
final class Triangular {
  /** Systems of so many rows or fewer go row by row. */
  private static final int SMALL = 16;

  private Triangular() {}

  /**
   * Solves T·X = B for a lower triangle, X over B. Of t only the triangle is read.
   *
   * @param unit whether the diagonal is all ones, whatever t holds there
   */
  static void lower(
      MatrixKernels kernels, MatrixView t, boolean unit, MatrixView b, int size, int columns) {
    if (size <= SMALL) {
      for (int i = 0; i < size; i++) {
        kernels.subtractProduct(1, i, columns, t.from(i, 0), b, b.from(i, 0));
        if (!unit) {
          divide(b.array(), b.index(i, 0), columns, t.array()[t.index(i, i)]);
        }
      }
    } else {
      int half = half(size);
      MatrixView rest = b.from(half, 0);
      lower(kernels, t, unit, b, half, columns);
      kernels.subtractProduct(size - half, half, columns, t.from(half, 0), b, rest);
      lower(kernels, t.from(half, half), unit, rest, size - half, columns);
    }
  }

  /** Solves T·X = B for an upper triangle: a lower one, read from its end. */
  static void upper(
      MatrixKernels kernels, MatrixView t, boolean unit, MatrixView b, int size, int columns) {
    lower(kernels, t.reversed(size), unit, b.upsideDown(size), size, columns);
  }

  private static void divide(double[] array, int offset, int length, double by) {
    for (int i = offset; i < offset + length; i++) {
      array[i] /= by;
    }
  }

  /** About half of a size above {@link #SMALL}, a multiple of it. */
  static int half(int size) {
    return (size / 2 + SMALL - 1) / SMALL * SMALL;
  }
}
