package dev.millrace.engine.kernel;

/**
 * Steps of optimisers for which a gradient of 0 changes nothing, along a {@link ProductGradient}
 * that is multiplied out on the way and never stored. Bit for bit what {@link Updates} makes of the
 * same gradient, each element of it a fused multiply-add to 0.
 */
public interface ProductUpdates {
  /** {@link Updates#sgd}. */
  void sgd(float[] w, ProductGradient g, float rate);

  /** {@link Updates#adagrad}. */
  void adagrad(float[] w, float[] sum, ProductGradient g, float rate, float epsilon);
}
