package dev.millrace.engine.kernel;

/**
 * The arithmetic of matrices in double precision. All implementations give the same bits for the
 * same input, but for the payload of a NaN: each element of a product is one chain of fused
 * multiply-adds in ascending order, and a sum over a column has the one order of 16 lanes.
 *
 * <p>Implementations hold no state and check nothing but what Java checks; sizes are the caller's
 * duty. c must not overlap a or b.
 */
public interface MatrixKernels {
  /**
   * c = c + a·b: each c adds a[i][k]·b[k][j] for k ascending. It follows that a product in several
   * calls, over slices of k in their order, has the same bits.
   *
   * @param rows of a and c
   * @param inner columns of a, rows of b
   * @param columns of b and c; both have columnStride 1
   */
  void addProduct(int rows, int inner, int columns, MatrixView a, MatrixView b, MatrixView c);

  /** c = c - a·b, in the order of {@link #addProduct}. */
  void subtractProduct(int rows, int inner, int columns, MatrixView a, MatrixView b, MatrixView c);

  /**
   * r = b - a·x as if computed in twice the precision and rounded once. Each element has a sum and
   * the sum of its errors, from exact products (by a fused multiply-add) and exact additions
   * (Knuth), for k ascending: Ogita, Rump and Oishi, "Accurate sum and dot product", SIAM J. Sci.
   * Comput. 26 (2005).
   *
   * @param rows of a, b and r
   * @param inner columns of a, rows of x
   * @param columns of x, b and r; all three have columnStride 1
   */
  void residual(
      int rows, int inner, int columns, MatrixView a, MatrixView x, MatrixView b, MatrixView r);

  /**
   * Lets the row {@link UdFactor#x} join P = U·D·Uᵀ, the inverse of a weighted sum of squares: P⁻¹
   * becomes forgetting·P⁻¹ + weight·x·xᵀ. Then brings the gain, P·x·weight with the new P, to
   * {@link UdFactor#gain}.
   *
   * <p>Bierman, "Factorization Methods for Discrete Sequential Estimation", 1977, chapter V. For
   * each column j ascending, with alpha = forgetting before the first: f = Σ U[i][j]·x[i], in 16
   * lanes; g = weight·d[j]·f; next = alpha + f·g; then for each i, with the old U, U[i][j] =
   * U[i][j] - f/alpha·b[i] and b[i] = b[i] + g·U[i][j]; d[j] = d[j]·(alpha/next)/forgetting; alpha
   * = next. The gain is b / alpha. Where f is 0, U and b stay as they are.
   *
   * @param weight at least 0
   * @param forgetting in (0, 1]
   * @param limit what no element of d may exceed; a larger one is cut to it
   * @return how many elements of d were cut
   */
  int update(UdFactor factor, double weight, double forgetting, double limit);
}
