package dev.millrace.engine.kernel;

/**
 * The arithmetic of dense networks over row-major float arrays. All implementations give the same
 * bits for the same input, but for the payload of a NaN.
 *
 * <p>That is possible because each element of a product is one chain of fused multiply-adds in
 * ascending order, so that an implementation may compute many elements at once but never split a
 * chain; because sums over a row have one written order ({@link #softmax}); and because {@link
 * Elementary} defines the transcendental functions. It follows that a row's result does not depend
 * on the rows beside it.
 *
 * <p>Implementations hold no state and check nothing but what Java checks; sizes are the caller's
 * duty. Arrays of input and output must not overlap unless a method says that they may.
 */
public interface Kernels {
  // Products of a dense layer. Shapes: x [rows][inputs], y [rows][outputs], W [inputs][outputs].

  /** y = x·W + b. Each y starts from its bias and adds x[k]·W[k] for k ascending. */
  void forward(
      DenseShape shape,
      float[] x,
      int xOffset,
      float[] parameters,
      float[] y,
      int rows,
      Workspace workspace);

  /**
   * dW = xᵀ·dy, written at the kernel's offset of {@code gradient}. Each starts from 0 and adds
   * x[row]·dy[row] for rows ascending.
   */
  void weightGradient(
      DenseShape shape,
      float[] x,
      int xOffset,
      float[] dy,
      float[] gradient,
      int rows,
      Workspace workspace);

  /** db = Σ dy over rows ascending, written at the bias' offset of {@code gradient}. */
  void biasGradient(DenseShape shape, float[] dy, float[] gradient, int rows);

  /** dx = dy·Wᵀ. Each starts from 0 and adds dy[j]·W[k][j] for j ascending. */
  void inputGradient(
      DenseShape shape, float[] dy, float[] parameters, float[] dx, int rows, Workspace workspace);

  // Activations y = f(z) and their gradients dz = dy·f'(z), over the first length elements. dy may
  // be dz.

  /** y = max(z, 0); NaN stays NaN. */
  void relu(float[] z, float[] y, int length);

  /** dz = dy where y &gt; 0, else 0. */
  void reluGradient(float[] y, float[] dy, float[] dz, int length);

  /** y = {@link Elementary#sigmoid}(z). */
  void sigmoid(float[] z, float[] y, int length);

  /** dz = dy·(y·(1 - y)). */
  void sigmoidGradient(float[] y, float[] dy, float[] dz, int length);

  /** y = {@link Elementary#tanh}(z). */
  void tanh(float[] z, float[] y, int length);

  /** dz = dy·(1 - y²). */
  void tanhGradient(float[] y, float[] dy, float[] dz, int length);

  /**
   * y = exp(z - max z) / Σ exp(z - max z) in each row of {@code columns}. The sum has 16 lanes:
   * element i goes to lane i mod 16, and the lanes fold 8 onto 8, 4 onto 4, 2 onto 2, 1 onto 1. A
   * row with NaN or +Inf becomes NaN.
   */
  void softmax(float[] z, float[] y, int rows, int columns, Workspace workspace);

  /** dz = y·(dy - Σ dy·y) in each row; the sum has the order of {@link #softmax}. */
  void softmaxGradient(
      float[] y, float[] dy, float[] dz, int rows, int columns, Workspace workspace);

  // Optimisers.

  /** The steps of the optimisers, and what is done to gradients before them. */
  Updates updates();

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

  /** Whether every one of the first length elements has a magnitude of at most bound; NaN not. */
  boolean allWithin(float[] a, int length, float bound);

  /** Whether none of the first length elements is NaN or infinite. */
  default boolean allFinite(float[] a, int length) {
    return allWithin(a, length, Float.MAX_VALUE);
  }
}
