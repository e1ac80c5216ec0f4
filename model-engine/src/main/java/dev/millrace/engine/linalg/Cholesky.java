package dev.millrace.engine.linalg;

import dev.millrace.engine.kernel.MatrixKernels;
import dev.millrace.engine.kernel.MatrixView;

/**
 * A = Rᵀ·R for a symmetric positive definite matrix, R upper triangular. Half the work of {@link
 * Lu}, and stable without pivoting. An element of R is one chain of its updates in ascending order.
 */
public final class Cholesky extends Factorization {
  private static final int SMALL = 16;

  private final Matrix factor; // R, and zeros below

  Cholesky(Matrix a, MatrixKernels kernels) {
    super(a, kernels);
    mustBeSymmetric(a);
    factor = a.copy();
    factorize(0, size());
    for (int i = 0; i < size(); i++) {
      for (int j = 0; j < i; j++) {
        factor.set(i, j, 0);
      }
    }
    estimateCondition(true);
  }

  private static void mustBeSymmetric(Matrix a) {
    double tolerance = rcondLimit(a.rows()) * a.maxMagnitude();
    for (int i = 0; i < a.rows(); i++) {
      for (int j = 0; j < i; j++) {
        if (!(Math.abs(a.get(i, j) - a.get(j, i)) <= tolerance)) {
          throw new IllegalArgumentException(
              "a must be symmetric, a[%d][%d]=%s, a[%d][%d]=%s"
                  .formatted(i, j, a.get(i, j), j, i, a.get(j, i)));
        }
      }
    }
  }

  /** Factorises rows from … from + width, which earlier rows have been subtracted from. */
  private void factorize(int from, int width) {
    if (width <= SMALL) {
      for (int k = from; k < from + width; k++) {
        factorizeRow(k, from + width);
      }
      return;
    }
    int half = Triangular.half(width);
    int middle = from + half;
    int rest = width - half;
    factorize(from, half);
    MatrixView view = factor.view();
    MatrixView right = view.from(from, middle);
    Triangular.lower(kernels, view.from(from, from).transposed(), false, right, half, rest);
    subtractSquare(right, half, middle, rest);
    factorize(middle, rest);
  }

  /** Subtracts rightᵀ·right from the upper triangle of what is left, and little more. */
  private void subtractSquare(MatrixView right, int inner, int middle, int rest) {
    MatrixView square = factor.view().from(middle, middle);
    for (int i = 0; i < rest; i += 4 * SMALL) {
      int rows = Math.min(4 * SMALL, rest - i);
      kernels.subtractProduct(
          rows,
          inner,
          rest - i,
          right.from(0, i).transposed(),
          right.from(0, i),
          square.from(i, i));
    }
  }

  private void factorizeRow(int k, int end) {
    int n = size();
    double[] r = factor.values();
    double pivot = r[k * n + k];
    if (!(pivot > 0)) {
      throw new NotPositiveDefiniteException(k, pivot);
    }
    double root = Math.sqrt(pivot);
    r[k * n + k] = root;
    for (int j = k + 1; j < end; j++) {
      r[k * n + j] /= root;
    }
    for (int i = k + 1; i < end; i++) {
      for (int j = i; j < end; j++) {
        r[i * n + j] = Math.fma(-r[k * n + i], r[k * n + j], r[i * n + j]);
      }
    }
  }

  /** R, upper triangular. */
  public Matrix upper() {
    return factor.copy();
  }

  @Override
  void solveInPlace(Matrix b) {
    Triangular.lower(kernels, factor.view().transposed(), false, b.view(), size(), b.columns());
    Triangular.upper(kernels, factor.view(), false, b.view(), size(), b.columns());
  }

  @Override
  void solveTransposedInPlace(Matrix b) {
    solveInPlace(b);
  }

  @Override
  public double determinant() {
    ScaledProduct product = new ScaledProduct();
    for (int i = 0; i < size(); i++) {
      product.multiply(factor.get(i, i));
      product.multiply(factor.get(i, i));
    }
    return product.value();
  }
}
