package dev.millrace.engine.kernel;

/**
 * The arithmetic of networks over float arrays. All implementations give the same bits for the same
 * input, but for the payload of a NaN.
 *
 * <p>That is possible because each element of a product is one chain of fused multiply-adds in
 * ascending order, so that an implementation may compute many elements at once but never split a
 * chain; because sums over a row have one written order ({@link ActivationKernels#softmax}); and
 * because {@link Elementary} defines the transcendental functions. It follows that a row's result
 * does not depend on the rows beside it.
 *
 * <p>Implementations hold no state and check nothing but what Java checks; sizes are the caller's
 * duty. Arrays of input and output must not overlap unless a method says that they may.
 */
public interface Kernels {
  /** The products of dense layers. */
  Products products();

  /** The matrix kernels of the same kind, in double precision. */
  MatrixKernels matrices();

  /** The activations of layers. */
  ActivationKernels activations();

  /** The steps of the optimisers, and what is done to gradients before them. */
  Updates updates();

  /** Steps along gradients that are products. */
  ProductUpdates productUpdates();

  /** y = y + a·x, each a fused multiply-add: length elements from yAt and xAt. */
  void axpy(float a, float[] x, int xAt, float[] y, int yAt, int length);

  /**
   * {@link #axpy} of several x: length elements of each range of an array, the ranges from {@code
   * xAt + index[i]·stride} on, with the factors a[i] for i from {@code from} until {@code to}.
   */
  void addRanges(
      float[] a,
      int[] index,
      int from,
      int to,
      float[] x,
      int xAt,
      int stride,
      float[] y,
      int yAt,
      int length);

  /**
   * The sum of length elements from an index on, in the order of {@link ActivationKernels#softmax}.
   */
  float sum(float[] a, int at, int length, Workspace workspace);

  /** The sum of products of length elements, fused multiply-adds in the order of {@link #sum}. */
  float dot(float[] a, int aAt, float[] b, int bAt, int length, Workspace workspace);

  // Features.

  /**
   * Lets each value join the running mean and sum of squared deviations of its column (Welford
   * 1962), then scales it by them, all in double precision: delta = x - mean; mean = mean + delta /
   * count; m2 = m2 + delta·(x - mean); y = (x - mean) / sqrt(m2 / count), within ±clip, and 0 where
   * m2 is 0. A division by count is a multiplication by its inverse.
   *
   * @param x [columns] from xOffset, finite
   * @param count the values that each column has had, these included
   * @param mean [columns] from statistic, brought up to date
   * @param m2 [columns] from statistic, brought up to date
   * @param y receives [columns] from yOffset
   */
  void standardize(
      float[] x,
      int xOffset,
      int columns,
      long count,
      double[] mean,
      double[] m2,
      int statistic,
      float clip,
      float[] y,
      int yOffset);

  /** The largest magnitude of length elements from an index on; NaN if one is NaN, 0 of none. */
  float maxMagnitude(float[] a, int at, int length);

  /** Whether every one of the first length elements has a magnitude of at most bound; NaN not. */
  default boolean allWithin(float[] a, int length, float bound) {
    return maxMagnitude(a, 0, length) <= bound;
  }

  /** Whether none of the first length elements is NaN or infinite. */
  default boolean allFinite(float[] a, int length) {
    return allWithin(a, length, Float.MAX_VALUE);
  }
}
