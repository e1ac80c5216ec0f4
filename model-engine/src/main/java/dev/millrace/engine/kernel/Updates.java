package dev.millrace.engine.kernel;

/**
 * One step of an optimiser over a range of weights: {@code length} elements of the weights and
 * slots from {@code at}, whose gradient lies in {@code g} from {@code gAt}. A weight's new value
 * depends on its own numbers alone, so a range may be cut anywhere, or its rows gathered elsewhere.
 *
 * <p>Implementations give the same bits for the same input, but for the payload of a NaN, and hold
 * no state. A fused multiply-add stands wherever a product is added to something. A weight costs
 * one division and one square root at most, and {@link #ftrl} a second root.
 */
public interface Updates extends Gradients {
  /**
   * State that decays becomes 0 at this magnitude or less. Java cannot flush denormals, and a
   * gradient that stays 0 would let the state decay into them, which makes a step two to three
   * times slower.
   */
  float TINY = 1e-30f;

  /** What a sum of squares, which would overflow in the end, stays at. */
  float SUM_MAX = Float.MAX_VALUE;

  /** How far {@link #ftrl}'s z goes from 0. */
  float FTRL_MAX = 1e24f;

  /** w = w - factor·w, which is 0 from {@link #TINY} down. */
  void decay(float[] w, int at, int length, float factor);

  /** w = w - rate·g. */
  void sgd(float[] w, int at, float[] g, int gAt, int length, float rate);

  /** m = momentum·m - rate·g; w = w + m. */
  void momentum(
      float[] w, float[] m, int at, float[] g, int gAt, int length, float rate, float momentum);

  /** m = momentum·m - rate·g; w = w + momentum·m - rate·g. */
  void nesterov(
      float[] w, float[] m, int at, float[] g, int gAt, int length, float rate, float momentum);

  /**
   * m = m + (g - m)·rate1; v = v + (g² - v)·rate2; w = w - (alpha·m) / (sqrt(v) + epsilon).
   *
   * @param rate1 1 - beta_1
   * @param rate2 1 - beta_2
   * @param alpha the learning rate, corrected for the bias of m and v
   */
  void adam(
      float[] w,
      float[] m,
      float[] v,
      int at,
      float[] g,
      int gAt,
      int length,
      float rate1,
      float rate2,
      float alpha,
      float epsilon);

  /** {@link #adam} with peak = max(peak, v) in place of v under the root. */
  void amsgrad(
      float[] w,
      float[] m,
      float[] v,
      float[] peak,
      int at,
      float[] g,
      int gAt,
      int length,
      float rate1,
      float rate2,
      float alpha,
      float epsilon);

  /** {@link #adam} with alpha·m + direct·g in place of alpha·m. */
  void nadam(
      float[] w,
      float[] m,
      float[] v,
      int at,
      float[] g,
      int gAt,
      int length,
      float rate1,
      float rate2,
      float alpha,
      float direct,
      float epsilon);

  /** sum = sum + g², at most {@link #SUM_MAX}; w = w - (rate·g) / sqrt(sum + epsilon). */
  void adagrad(
      float[] w, float[] sum, int at, float[] g, int gAt, int length, float rate, float epsilon);

  /** v = v + (g² - v)·rate2; w = w - (rate·g) / sqrt(v + epsilon). */
  void rmsprop(
      float[] w,
      float[] v,
      int at,
      float[] g,
      int gAt,
      int length,
      float rate2,
      float rate,
      float epsilon);

  /** As {@link #rmsprop}, but what is taken from w is m = momentum·m + that step. */
  void rmspropMomentum(
      float[] w,
      float[] v,
      float[] m,
      int at,
      float[] g,
      int gAt,
      int length,
      float rate2,
      float rate,
      float epsilon,
      float momentum);

  /**
   * As {@link #rmsprop}, with mean = mean + (g - mean)·rate2 and v - mean², 0 where less, for v.
   */
  void rmspropCentered(
      float[] w,
      float[] v,
      float[] means,
      int at,
      float[] g,
      int gAt,
      int length,
      float rate2,
      float rate,
      float epsilon);

  /** {@link #rmspropCentered} and {@link #rmspropMomentum} together. */
  void rmspropCenteredMomentum(
      float[] w,
      float[] v,
      float[] means,
      float[] m,
      int at,
      float[] g,
      int gAt,
      int length,
      float rate2,
      float rate,
      float epsilon,
      float momentum);

  /**
   * next = sum + g², at most {@link #SUM_MAX}; sigma = (sqrt(next) - sqrt(sum))·inverse; z = z + g
   * + shrinkage·w - sigma·w, within ±{@link #FTRL_MAX}; w = (z within ±l1 - z) /
   * (sqrt(next)·inverse + l2); sum = next.
   *
   * @param inverse of the learning rate
   */
  void ftrl(
      float[] w,
      float[] sum,
      float[] z,
      int at,
      float[] g,
      int gAt,
      int length,
      float inverse,
      float l1,
      float l2,
      float shrinkage);

  /** {@link #ftrl} with this power in place of the square root; slow, by {@link StrictMath#pow}. */
  void ftrlPower(
      float[] w,
      float[] sum,
      float[] z,
      int at,
      float[] g,
      int gAt,
      int length,
      float inverse,
      float l1,
      float l2,
      float shrinkage,
      double power);

  /**
   * w = w - rate·sign(m + (g - m)·rate1), sign of 0 or NaN being 0; m = m + (g - m)·rate2.
   *
   * @param rate1 1 - beta_1
   * @param rate2 1 - beta_2
   */
  void lion(
      float[] w,
      float[] m,
      int at,
      float[] g,
      int gAt,
      int length,
      float rate1,
      float rate2,
      float rate);

  /**
   * A step of z, and x as its weighted mean, with z kept as d = z - x. With y = x + toward·d: e = d
   * - rate·(g + decay·y); x = x + weight·e; d = e - weight·e.
   *
   * @param g the gradient at y
   * @param toward 1 - beta
   * @param weight of the new z in x
   */
  void scheduleFreeSgd(
      float[] x,
      float[] d,
      int at,
      float[] g,
      int gAt,
      int length,
      float rate,
      float decay,
      float toward,
      float weight);

  /**
   * As {@link #scheduleFreeSgd}, but v = v + (g² - v)·rate2 and e = d - (alpha·g) / (sqrt(v) +
   * epsilon) - decay·y.
   *
   * @param decay already times the learning rate
   */
  void scheduleFreeAdamW(
      float[] x,
      float[] d,
      float[] v,
      int at,
      float[] g,
      int gAt,
      int length,
      float rate2,
      float alpha,
      float epsilon,
      float decay,
      float toward,
      float weight);

  /** y = x + toward·d, y from yAt. */
  void trainingPoint(float[] x, float[] d, int at, float[] y, int yAt, int length, float toward);
}
