package dev.millrace.engine.linalg;

import dev.millrace.engine.kernel.KernelChoice;
import dev.millrace.engine.kernel.MatrixKernels;

/**
 * Products of matrices, and linear systems. The bits of a result do not depend on the kernels that
 * compute it: each element is one chain of fused multiply-adds in one order.
 */
public final class LinearAlgebra {
  private final MatrixKernels kernels;

  public LinearAlgebra(MatrixKernels kernels) {
    this.kernels = kernels;
  }

  /** With the fastest kernels that this JVM has. */
  public static LinearAlgebra fastest() {
    return new LinearAlgebra(KernelChoice.select(KernelChoice.Mode.AUTO).kernels().matrices());
  }

  /** a·b: each element starts from 0 and adds a[i][k]·b[k][j] for k ascending. */
  public Matrix multiply(Matrix a, Matrix b) {
    if (a.columns() != b.rows()) {
      throw new IllegalArgumentException("shapes do not fit, %s times %s".formatted(a, b));
    }
    Matrix c = Matrix.zeros(a.rows(), b.columns());
    kernels.addProduct(a.rows(), a.columns(), b.columns(), a.view(), b.view(), c.view());
    return c;
  }

  /** a·x. */
  public double[] multiply(Matrix a, double... x) {
    return multiply(a, Matrix.column(x)).values();
  }

  /** aᵀ·b, without a transposed copy: of two equal matrices it is exactly symmetric. */
  public Matrix multiplyTransposed(Matrix a, Matrix b) {
    if (a.rows() != b.rows()) {
      throw new IllegalArgumentException(
          "shapes do not fit, transposed %s times %s".formatted(a, b));
    }
    Matrix c = Matrix.zeros(a.columns(), b.columns());
    kernels.addProduct(
        a.columns(), a.rows(), b.columns(), a.view().transposed(), b.view(), c.view());
    return c;
  }

  /** y = y + alpha·x, each element with one rounding. */
  public static void axpy(double alpha, double[] x, double[] y) {
    if (x.length != y.length) {
      throw new IllegalArgumentException(
          "lengths differ, x=%d, y=%d".formatted(x.length, y.length));
    }
    for (int i = 0; i < y.length; i++) {
      y[i] = Math.fma(alpha, x[i], y[i]);
    }
  }

  /**
   * Factorises any square matrix; a singular one too, which then refuses to be solved.
   *
   * @throws IllegalArgumentException if it is not square or not finite
   */
  public Lu lu(Matrix a) {
    return new Lu(a, kernels);
  }

  /**
   * Factorises a symmetric positive definite matrix. Its upper triangle counts; the lower one may
   * differ from it by rounding.
   *
   * @throws IllegalArgumentException if it is not square, not finite or not symmetric
   * @throws NotPositiveDefiniteException if it has a pivot that is not above 0
   */
  public Cholesky cholesky(Matrix a) {
    return new Cholesky(a, kernels);
  }

  /** {@link Lu#solve(Matrix)} of a's factors. */
  public Solution solve(Matrix a, Matrix b) {
    return lu(a).solve(b);
  }

  /** {@link Lu#solve(double...)} of a's factors. */
  public Solution solve(Matrix a, double... b) {
    return lu(a).solve(b);
  }

  /** {@link Lu#inverse()} of a's factors. */
  public Solution inverse(Matrix a) {
    return lu(a).inverse();
  }

  public double determinant(Matrix a) {
    return lu(a).determinant();
  }
}
