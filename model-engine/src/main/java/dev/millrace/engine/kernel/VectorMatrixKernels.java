package dev.millrace.engine.kernel;

import static dev.millrace.engine.kernel.VectorMatrixTiles.LENGTH;
import static dev.millrace.engine.kernel.VectorMatrixTiles.PANEL;

/**
 * The matrix kernels with the Vector API. A product goes by slices of the inner dimension and by
 * bands of rows that stay in the cache; within a band, blocks of four rows of a are copied together
 * once, and panels of two vectors of b once a band. Small products take rows as they are and
 * allocate nothing.
 */
final class VectorMatrixKernels implements MatrixKernels {
  /** A panel of so many rows of b fits the first-level cache. */
  private static final int SLICE = 256;

  /** A band of so many rows of a slice fits the second-level cache. */
  private static final int BAND = 128;

  /** Below so many fused multiply-adds copying costs more than it brings. */
  private static final long SMALL = 4096;

  @Override
  public void addProduct(
      int rows, int inner, int columns, MatrixView a, MatrixView b, MatrixView c) {
    product(1, rows, inner, columns, a, b, c);
  }

  @Override
  public void subtractProduct(
      int rows, int inner, int columns, MatrixView a, MatrixView b, MatrixView c) {
    product(-1, rows, inner, columns, a, b, c);
  }

  private static void product(
      double sign, int rows, int inner, int columns, MatrixView a, MatrixView b, MatrixView c) {
    if (columns == 1) {
      VectorMatrixTiles.column(sign, rows, inner, a, b, c);
    } else if (rows < 4 || inner < 4 || (long) rows * inner * columns < SMALL) {
      for (int i = 0; i < rows; i++) {
        VectorMatrixTiles.row(sign, a, i, 0, inner, b, c, columns);
      }
    } else {
      double[] left = new double[Math.min(BAND, rows) * Math.min(SLICE, inner)];
      double[] panel = new double[PANEL * Math.min(SLICE, inner)];
      for (int k = 0; k < inner; k += SLICE) {
        for (int i = 0; i < rows; i += BAND) {
          int height = Math.min(BAND, rows - i);
          int depth = Math.min(SLICE, inner - k);
          int blocks = height / 4;
          pack(sign, a.from(i, k), blocks, depth, left);
          band(left, blocks, depth, b.from(k, 0), c.from(i, 0), columns, panel);
          for (int row = i + 4 * blocks; row < i + height; row++) {
            VectorMatrixTiles.row(sign, a, row, k, depth, b, c, columns);
          }
        }
      }
    }
  }

  /** Rows of a as blocks [block][k][4], with the sign. */
  private static void pack(double sign, MatrixView a, int blocks, int depth, double[] left) {
    double[] from = a.array();
    int rowStride = a.rowStride();
    for (int block = 0; block < blocks; block++) {
      int to = 4 * block * depth;
      for (int k = 0; k < depth; k++) {
        int index = a.index(4 * block, k);
        left[to + 4 * k] = sign * from[index];
        left[to + 4 * k + 1] = sign * from[index + rowStride];
        left[to + 4 * k + 2] = sign * from[index + 2 * rowStride];
        left[to + 4 * k + 3] = sign * from[index + 3 * rowStride];
      }
    }
  }

  private static void band(
      double[] left,
      int blocks,
      int depth,
      MatrixView b,
      MatrixView c,
      int columns,
      double[] panel) {
    int fullColumns = columns - columns % PANEL;
    for (int j = 0; j < fullColumns; j += PANEL) {
      VectorMatrixTiles.copyPanel(b, j, depth, panel);
      for (int block = 0; block < blocks; block++) {
        VectorMatrixTiles.tile4x2(
            left, 4 * block * depth, depth, panel, c.array(), c.index(4 * block, j), c.rowStride());
      }
    }
    for (int j = fullColumns; j < columns; j += LENGTH) {
      for (int block = 0; block < blocks; block++) {
        VectorMatrixTiles.tile4x1(
            left, 4 * block * depth, depth, b.from(0, j), c.from(4 * block, j), columns - j);
      }
    }
  }

  @Override
  public void residual(
      int rows, int inner, int columns, MatrixView a, MatrixView x, MatrixView b, MatrixView r) {
    for (int j = 0; j < columns; j += LENGTH) {
      for (int i = 0; i < rows; i += 2) {
        int second = Math.min(i + 1, rows - 1); // the last row twice, if they are odd
        VectorMatrixTiles.residual2x1(inner, columns - j, a, x, b, r, i, second, j);
      }
    }
  }

  @Override
  public int update(UdFactor factor, double weight, double forgetting, double limit) {
    return VectorUdUpdate.update(factor, weight, forgetting, limit);
  }
}
