package dev.millrace.engine.kernel;

/**
 * Activations y = f(z) and their gradients dz = dy·f'(z), over the elements from an index until
 * another. Each gradient is stated in whichever of z and y gives it at the least cost. dy may be
 * dz; other arrays must not overlap.
 *
 * <p>Names, settings and formulas are Keras'; {@link Elementary} defines the functions. A NaN in z
 * is a NaN in y. Those that multiply z by something that goes to 0 (gelu, silu, mish) and softsign
 * give NaN where z is infinite and the formula is Inf·0 or Inf/Inf, as in Keras.
 *
 * <p>A workspace lends scratch, and has been reserved for as many elements as an array has.
 */
public interface ActivationKernels {
  /** What {@link #leakyRelu} multiplies a negative z by. */
  float NEGATIVE_SLOPE = 0.2f;

  /** {@link #selu}'s factor for positive z (Klambauer et al. 2017). */
  float SELU_SCALE = 1.05070098735548049342f;

  /** {@link #selu}'s scale times its alpha, 1.6732632423543772848. */
  float SELU_ALPHA = 1.75809934084737685995f;

  /** What {@link #hardSigmoid} multiplies z by: 1/6. */
  float HARD_SLOPE = 0.16666667f;

  /** y = max(z, 0). */
  void relu(float[] z, float[] y, int from, int to);

  /** dz = dy where y &gt; 0, else 0. */
  void reluGradient(float[] y, float[] dy, float[] dz, int from, int to);

  /** y = z where z &gt; 0, else {@link #NEGATIVE_SLOPE}·z. */
  void leakyRelu(float[] z, float[] y, int from, int to);

  /** dz = dy where y &gt; 0, else {@link #NEGATIVE_SLOPE}·dy. */
  void leakyReluGradient(float[] y, float[] dy, float[] dz, int from, int to);

  /** y = min(max(z, 0), 6). */
  void relu6(float[] z, float[] y, int from, int to);

  /** dz = dy where 0 &lt; y &lt; 6, else 0. */
  void relu6Gradient(float[] y, float[] dy, float[] dz, int from, int to);

  /** y = z where z &gt; 0, else {@link Elementary#expm1}(z). */
  void elu(float[] z, float[] y, int from, int to);

  /** dz = dy where y &gt; 0, else dy·(y + 1). */
  void eluGradient(float[] y, float[] dy, float[] dz, int from, int to);

  /** y = {@link #SELU_SCALE}·z where z &gt; 0, else {@link #SELU_ALPHA}·expm1(z). */
  void selu(float[] z, float[] y, int from, int to);

  /** dz = dy·{@link #SELU_SCALE} where y &gt; 0, else dy·(y + {@link #SELU_ALPHA}). */
  void seluGradient(float[] y, float[] dy, float[] dz, int from, int to);

  /** y = z·Φ(z), with {@link Elementary#normalCdf} for Φ (Hendrycks and Gimpel 2016). */
  void gelu(float[] z, float[] y, int from, int to);

  /** dz = dy·(Φ(z) + z·φ(z)), φ being the density of the standard normal distribution. */
  void geluGradient(float[] z, float[] dy, float[] dz, int from, int to, Workspace workspace);

  /** y = z·{@link Elementary#sigmoid}(z). */
  void silu(float[] z, float[] y, int from, int to);

  /** dz = dy·(s + y·(1 - s)), with s = y/z, and 1/2 where |z| &lt; 1e-30, for the sigmoid. */
  void siluGradient(float[] z, float[] y, float[] dy, float[] dz, int from, int to);

  /** y = {@link Elementary#softplus}(z). */
  void softplus(float[] z, float[] y, int from, int to);

  /** dz = dy·{@link Elementary#sigmoid}(z). */
  void softplusGradient(float[] z, float[] dy, float[] dz, int from, int to, Workspace workspace);

  /** y = z / (1 + |z|). */
  void softsign(float[] z, float[] y, int from, int to);

  /** dz = dy·r·r, with r = 1 / (1 + |z|). */
  void softsignGradient(float[] z, float[] dy, float[] dz, int from, int to);

  /** y = {@link Elementary#sigmoid}(z). */
  void sigmoid(float[] z, float[] y, int from, int to);

  /** dz = dy·(y·(1 - y)). */
  void sigmoidGradient(float[] y, float[] dy, float[] dz, int from, int to);

  /** y = z·{@link #HARD_SLOPE} + 1/2, within 0 and 1. */
  void hardSigmoid(float[] z, float[] y, int from, int to);

  /** dz = dy·{@link #HARD_SLOPE} where 0 &lt; y &lt; 1, else 0. */
  void hardSigmoidGradient(float[] y, float[] dy, float[] dz, int from, int to);

  /** y = {@link Elementary#tanh}(z). */
  void tanh(float[] z, float[] y, int from, int to);

  /** dz = dy·(1 - y²). */
  void tanhGradient(float[] y, float[] dy, float[] dz, int from, int to);

  /**
   * y = z·tanh(softplus(z)) (Misra 2019), with tanh(softplus(z)) = n / (n + 2), n = e·(e + 2) and e
   * = exp(min(z, {@link Elementary#MISH_MAX})).
   */
  void mish(float[] z, float[] y, int from, int to);

  /** dz = dy·(n·r + z·(4·e·(1 + e)·r·r)), with r = 1 / (n + 2) and else as {@link #mish}. */
  void mishGradient(float[] z, float[] dy, float[] dz, int from, int to, Workspace workspace);

  /** y = {@link Elementary#exp}(z). */
  void exponential(float[] z, float[] y, int from, int to);

  /** dz = dy·y. */
  void exponentialGradient(float[] y, float[] dy, float[] dz, int from, int to);

  /**
   * y = exp(z - max z) / Σ exp(z - max z) in each row of {@code columns}. The sum has 16 lanes:
   * element i goes to lane i mod 16, and the lanes fold 8 onto 8, 4 onto 4, 2 onto 2, 1 onto 1. A
   * row with NaN or +Inf becomes NaN.
   */
  void softmax(float[] z, float[] y, int rows, int columns, Workspace workspace);

  /** dz = y·(dy - Σ dy·y) in each row; the sum has the order of {@link #softmax}. */
  void softmaxGradient(
      float[] y, float[] dy, float[] dz, int rows, int columns, Workspace workspace);
}
