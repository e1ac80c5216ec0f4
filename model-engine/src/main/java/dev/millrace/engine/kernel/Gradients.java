package dev.millrace.engine.kernel;

/** What is done to gradients between the backward pass and the optimiser's step. */
public interface Gradients {
  /** g = g + l1·sign(w) + 2·l2·w: the gradient of Keras' penalties l1·Σ|w| and l2·Σw². */
  void regularize(float[] g, int gAt, float[] w, int at, int length, float l1, float l2);

  /** Each element of g comes within ±bound; NaN stays NaN. */
  void clipByValue(float[] g, int gAt, int length, float bound);

  /** g = g·factor. */
  void scale(float[] g, int gAt, int length, float factor);

  /**
   * Σ g² in double, where a square of floats is exact. The sum has 16 lanes: element i goes to lane
   * i mod 16, and the lanes fold 8 onto 8, 4 onto 4, 2 onto 2, 1 onto 1.
   */
  double sumOfSquares(float[] g, int gAt, int length);
}
