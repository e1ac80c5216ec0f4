package dev.millrace.engine.linalg;

import dev.millrace.engine.kernel.MatrixKernels;
import dev.millrace.engine.kernel.MatrixView;

/**
 * P·A = L·U by Gaussian elimination with partial pivoting: of equal candidates the upper row. An
 * element of L or U is one chain of its updates in ascending order.
 *
 * <p>By halves of the columns, so that most of it is products: Toledo, "Locality of reference in LU
 * decomposition with partial pivoting", SIAM J. Matrix Anal. Appl. 18 (1997).
 */
public final class Lu extends Factorization {
  /** So many columns or fewer are eliminated one by one. */
  private static final int SMALL = 16;

  private final Matrix factors; // U in the upper triangle, L without its ones below
  private final int[] order; // row i of P·A is row order[i] of A
  private final double growth;
  private boolean odd; // the permutation
  private boolean zeroPivot;

  Lu(Matrix a, MatrixKernels kernels) {
    super(a, kernels);
    factors = a.copy();
    order = new int[size()];
    for (int i = 0; i < order.length; i++) {
      order[i] = i;
    }
    eliminate(0, size());
    double max = a.maxMagnitude();
    growth = max == 0 ? 1 : upperMax() / max;
    estimateCondition(!zeroPivot);
  }

  /** Eliminates columns from … from + width, which earlier columns have been subtracted from. */
  private void eliminate(int from, int width) {
    if (width <= SMALL) {
      for (int k = from; k < from + width; k++) {
        eliminateColumn(k, from + width);
      }
      return;
    }
    int half = Triangular.half(width);
    int middle = from + half;
    int rest = width - half;
    eliminate(from, half);
    MatrixView view = factors.view();
    MatrixView right = view.from(from, middle);
    Triangular.lower(kernels, view.from(from, from), true, right, half, rest);
    kernels.subtractProduct(
        size() - middle, half, rest, view.from(middle, from), right, view.from(middle, middle));
    eliminate(middle, rest);
  }

  private void eliminateColumn(int k, int end) {
    int n = size();
    double[] f = factors.values();
    int pivot = k;
    for (int i = k + 1; i < n; i++) {
      if (Math.abs(f[i * n + k]) > Math.abs(f[pivot * n + k])) {
        pivot = i;
      }
    }
    if (f[pivot * n + k] == 0) {
      zeroPivot = true;
      return;
    }
    if (pivot != k) {
      swapRows(k, pivot);
    }
    for (int i = k + 1; i < n; i++) {
      f[i * n + k] /= f[k * n + k];
    }
    MatrixView view = factors.view();
    kernels.subtractProduct(
        n - k - 1,
        1,
        end - k - 1,
        view.from(k + 1, k),
        view.from(k, k + 1),
        view.from(k + 1, k + 1));
  }

  private void swapRows(int i, int j) {
    int n = size();
    double[] f = factors.values();
    for (int k = 0; k < n; k++) {
      double value = f[i * n + k];
      f[i * n + k] = f[j * n + k];
      f[j * n + k] = value;
    }
    int row = order[i];
    order[i] = order[j];
    order[j] = row;
    odd = !odd;
  }

  private double upperMax() {
    double max = 0;
    for (int i = 0; i < size(); i++) {
      for (int j = i; j < size(); j++) {
        max = Math.max(max, Math.abs(factors.get(i, j)));
      }
    }
    return max;
  }

  /**
   * The largest magnitude in U over that in A. Elimination is as accurate as the condition lets it
   * be while this is small, as it nearly always is; it can reach 2^(size - 1).
   */
  public double growth() {
    return growth;
  }

  /** L, with ones on its diagonal. */
  public Matrix lower() {
    Matrix lower = Matrix.identity(size());
    for (int i = 0; i < size(); i++) {
      for (int j = 0; j < i; j++) {
        lower.set(i, j, factors.get(i, j));
      }
    }
    return lower;
  }

  public Matrix upper() {
    Matrix upper = Matrix.zeros(size(), size());
    for (int i = 0; i < size(); i++) {
      for (int j = i; j < size(); j++) {
        upper.set(i, j, factors.get(i, j));
      }
    }
    return upper;
  }

  /** Row i of L·U is this row of A. */
  public int sourceRow(int i) {
    return order[i];
  }

  @Override
  void solveInPlace(Matrix b) {
    Matrix source = b.copy();
    int columns = b.columns();
    for (int i = 0; i < size(); i++) {
      System.arraycopy(source.values(), order[i] * columns, b.values(), i * columns, columns);
    }
    Triangular.lower(kernels, factors.view(), true, b.view(), size(), columns);
    Triangular.upper(kernels, factors.view(), false, b.view(), size(), columns);
  }

  @Override
  void solveTransposedInPlace(Matrix b) {
    MatrixView transposed = factors.view().transposed();
    int columns = b.columns();
    Triangular.lower(kernels, transposed, false, b.view(), size(), columns);
    Triangular.upper(kernels, transposed, true, b.view(), size(), columns);
    Matrix source = b.copy();
    for (int i = 0; i < size(); i++) {
      System.arraycopy(source.values(), i * columns, b.values(), order[i] * columns, columns);
    }
  }

  @Override
  public double determinant() {
    ScaledProduct product = new ScaledProduct();
    for (int i = 0; i < size(); i++) {
      product.multiply(factors.get(i, i));
    }
    return odd ? 0 - product.value() : product.value();
  }
}
