package dev.millrace.engine.linalg;

/** A matrix cannot be inverted, or not to any digit that double precision could keep. */
public final class SingularMatrixException extends ArithmeticException {
  private static final long serialVersionUID = 1L;

  private final double condition;

  SingularMatrixException(int size, double condition, double norm1) {
    super(
        ("matrix is numerically singular, size=%d, estimated condition=%.3g, limit=%.3g;"
                + " take out columns that others determine, or add a ridge to the diagonal,"
                + " say %.3g or more")
            .formatted(
                size,
                condition,
                1 / Factorization.rcondLimit(size),
                1e3 * Factorization.rcondLimit(size) * norm1));
    this.condition = condition;
  }

  /** The estimated condition in the 1-norm; infinite if a pivot is 0. */
  public double condition() {
    return condition;
  }
}
