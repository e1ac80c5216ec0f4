package dev.millrace.engine.linalg;

import dev.millrace.engine.kernel.MatrixKernels;

/**
 * A square matrix taken apart, so that systems with it are cheap to solve. Its condition has been
 * estimated: what cannot be solved to any digit is refused, not answered.
 */
public abstract sealed class Factorization permits Cholesky, Lu {
  final MatrixKernels kernels;
  private final Matrix a;
  private final double norm1;
  private double rcond;

  /** Takes a finite square matrix, which it keeps a copy of. */
  Factorization(Matrix a, MatrixKernels kernels) {
    this.kernels = kernels;
    a.mustBeSquare("a");
    a.mustBeFinite("a");
    this.a = a.copy();
    norm1 = a.norm1();
  }

  /** The least rcond that is answered: size·2^-52. */
  static double rcondLimit(int size) {
    return size * Math.ulp(1.0);
  }

  /** Called once the factors are there. */
  final void estimateCondition(boolean invertible) {
    double inverse = invertible ? InverseNorm.estimate(this) : Double.POSITIVE_INFINITY;
    double condition = norm1 * inverse;
    // A condition that overflows is not to be told from infinity.
    rcond = Double.isNaN(condition) ? 0 : 1 / condition;
  }

  /** Replaces b [size][columns] by A⁻¹·b, without refinement. */
  abstract void solveInPlace(Matrix b);

  /** Replaces b [size][columns] by A⁻ᵀ·b, without refinement. */
  abstract void solveTransposedInPlace(Matrix b);

  /** The determinant; ±infinity or 0 where it leaves the range of a double. */
  public abstract double determinant();

  public final int size() {
    return a.rows();
  }

  /**
   * The reciprocal of the estimated condition ‖A‖₁·‖A⁻¹‖₁, 0 for a singular matrix. The estimated
   * condition is a lower bound, seldom below a third of the truth.
   */
  public final double rcond() {
    return rcond;
  }

  /** Whether {@link #solve} and {@link #inverse} refuse: rcond is below size·2^-52. */
  public final boolean isSingular() {
    return !(rcond >= rcondLimit(size()));
  }

  /**
   * The X of A·X = B, after one step of iterative refinement with residuals in doubled precision.
   *
   * @param b [size][any number of columns], finite
   * @throws SingularMatrixException if {@link #isSingular}
   * @throws ArithmeticException if a solution exceeds the range of a double
   */
  public final Solution solve(Matrix b) {
    if (b.rows() != size()) {
      throw new IllegalArgumentException(
          "b must have as many rows as a, rows=%d, size=%d".formatted(b.rows(), size()));
    }
    b.mustBeFinite("b");
    if (isSingular()) {
      throw new SingularMatrixException(size(), 1 / rcond, norm1);
    }
    Matrix x = b.copy();
    solveInPlace(x);
    Matrix correction = Matrix.zeros(b.rows(), b.columns());
    kernels.residual(size(), size(), b.columns(), a.view(), x.view(), b.view(), correction.view());
    solveInPlace(correction);
    LinearAlgebra.axpy(1, correction.values(), x.values());
    if (!Double.isFinite(x.maxMagnitude())) {
      throw new ArithmeticException(
          "the solution exceeds a double, largest a=%.3g, largest b=%.3g; scale them alike"
              .formatted(a.maxMagnitude(), b.maxMagnitude()));
    }
    return new Solution(x, rcond);
  }

  /** {@link #solve(Matrix)} for one right-hand side. */
  public final Solution solve(double... b) {
    return solve(Matrix.column(b));
  }

  /**
   * A⁻¹. To solve a system, {@link #solve} is faster and more accurate than a product with it.
   *
   * @throws SingularMatrixException if {@link #isSingular}
   */
  public final Solution inverse() {
    return solve(Matrix.identity(size()));
  }
}
