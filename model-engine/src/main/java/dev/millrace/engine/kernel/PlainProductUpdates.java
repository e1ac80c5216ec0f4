package dev.millrace.engine.kernel;

/** {@link ProductUpdates} as simple loops: what they say is the definition of correct. */
final class PlainProductUpdates implements ProductUpdates {
  @Override
  public void sgd(float[] w, ProductGradient g, float rate) {
    for (int i = 0; i < g.count; i++) {
      sgd(w, g, i, 0, rate);
    }
  }

  /** The elements of a range from {@code first} on. */
  static void sgd(float[] w, ProductGradient g, int range, int first, float rate) {
    int at = g.at + g.index[range] * g.stride;
    for (int j = first; j < g.length; j++) {
      float gradient = Math.fma(g.factors[range], g.dy[g.dyAt + j], 0f);
      w[at + j] = Math.fma(-rate, gradient, w[at + j]);
    }
  }

  @Override
  public void adagrad(float[] w, float[] sum, ProductGradient g, float rate, float epsilon) {
    for (int i = 0; i < g.count; i++) {
      adagrad(w, sum, g, i, 0, rate, epsilon);
    }
  }

  /** The elements of a range from {@code first} on. */
  static void adagrad(
      float[] w, float[] sum, ProductGradient g, int range, int first, float rate, float epsilon) {
    int at = g.at + g.index[range] * g.stride;
    for (int j = first; j < g.length; j++) {
      float gradient = Math.fma(g.factors[range], g.dy[g.dyAt + j], 0f);
      float next = Math.fma(gradient, gradient, sum[at + j]);
      sum[at + j] = next > Updates.SUM_MAX ? Updates.SUM_MAX : next;
      w[at + j] = w[at + j] - (rate * gradient) / (float) Math.sqrt(sum[at + j] + epsilon);
    }
  }
}
