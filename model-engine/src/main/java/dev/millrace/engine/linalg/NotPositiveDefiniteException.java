package dev.millrace.engine.linalg;

/** A symmetric matrix has no Cholesky factor, because a pivot is not above 0. */
public final class NotPositiveDefiniteException extends ArithmeticException {
  private static final long serialVersionUID = 1L;

  private final int pivot;
  private final double value;

  NotPositiveDefiniteException(int pivot, double value) {
    super(
        "matrix is not positive definite, pivot=%d, value=%s; add a ridge to the diagonal, or use LU"
            .formatted(pivot, value));
    this.pivot = pivot;
    this.value = value;
  }

  /** The row of the pivot, from 0. */
  public int pivot() {
    return pivot;
  }

  /** What was left of the diagonal element there. */
  public double value() {
    return value;
  }
}
