package dev.millrace.engine.kernel;

/** {@link Gradients} as simple loops: what they say is the definition of correct. */
class PlainGradients implements Gradients {
  @Override
  public final void regularize(
      float[] g, int gAt, float[] w, int at, int length, float l1, float l2) {
    for (int i = 0; i < length; i++) {
      float weight = w[at + i];
      float sign = weight > 0 ? l1 : weight < 0 ? -l1 : 0f;
      g[gAt + i] = Math.fma(2f * l2, weight, g[gAt + i]) + sign;
    }
  }

  @Override
  public final void clipByValue(float[] g, int gAt, int length, float bound) {
    for (int i = gAt; i < gAt + length; i++) {
      g[i] = clip(g[i], bound);
    }
  }

  @Override
  public final void scale(float[] g, int gAt, int length, float factor) {
    for (int i = gAt; i < gAt + length; i++) {
      g[i] = g[i] * factor;
    }
  }

  @Override
  public final double sumOfSquares(float[] g, int gAt, int length) {
    return foldedLanes(g, gAt, length, 0, 1);
  }

  /** The fold of every step-th lane from one on. */
  private static double foldedLanes(float[] g, int gAt, int length, int lane, int step) {
    if (step == Lanes.WIDTH) {
      double sum = 0;
      for (int i = lane; i < length; i += Lanes.WIDTH) {
        sum += (double) g[gAt + i] * g[gAt + i];
      }
      return sum;
    }
    return foldedLanes(g, gAt, length, lane, 2 * step)
        + foldedLanes(g, gAt, length, lane + step, 2 * step);
  }

  static float clip(float x, float bound) {
    return x > bound ? bound : x < -bound ? -bound : x;
  }
}
