package dev.millrace.engine.kernel;

/** {@link Updates} as simple loops: what they say is the definition of correct. */
final class PlainUpdates extends PlainGradients implements Updates {
  @Override
  public void decay(float[] w, int at, int length, float factor) {
    for (int i = at; i < at + length; i++) {
      w[i] = flush(Math.fma(-factor, w[i], w[i]));
    }
  }

  @Override
  public void sgd(float[] w, int at, float[] g, int gAt, int length, float rate) {
    for (int i = 0; i < length; i++) {
      w[at + i] = Math.fma(-rate, g[gAt + i], w[at + i]);
    }
  }

  @Override
  public void momentum(
      float[] w, float[] m, int at, float[] g, int gAt, int length, float rate, float momentum) {
    for (int i = at, j = gAt; i < at + length; i++, j++) {
      m[i] = flush(Math.fma(momentum, m[i], -(rate * g[j])));
      w[i] = w[i] + m[i];
    }
  }

  @Override
  public void nesterov(
      float[] w, float[] m, int at, float[] g, int gAt, int length, float rate, float momentum) {
    for (int i = at, j = gAt; i < at + length; i++, j++) {
      float move = -(rate * g[j]);
      m[i] = flush(Math.fma(momentum, m[i], move));
      w[i] = w[i] + Math.fma(momentum, m[i], move);
    }
  }

  @Override
  public void adam(
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
      float epsilon) {
    for (int i = at, j = gAt; i < at + length; i++, j++) {
      m[i] = flush(toward(m[i], g[j], rate1));
      v[i] = flushSquare(towardSquare(v[i], g[j], rate2));
      w[i] = w[i] - (alpha * m[i]) / (sqrt(v[i]) + epsilon);
    }
  }

  @Override
  public void amsgrad(
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
      float epsilon) {
    for (int i = at, j = gAt; i < at + length; i++, j++) {
      m[i] = flush(toward(m[i], g[j], rate1));
      v[i] = flushSquare(towardSquare(v[i], g[j], rate2));
      peak[i] = v[i] > peak[i] ? v[i] : peak[i];
      w[i] = w[i] - (alpha * m[i]) / (sqrt(peak[i]) + epsilon);
    }
  }

  @Override
  public void nadam(
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
      float epsilon) {
    for (int i = at, j = gAt; i < at + length; i++, j++) {
      m[i] = flush(toward(m[i], g[j], rate1));
      v[i] = flushSquare(towardSquare(v[i], g[j], rate2));
      w[i] = w[i] - Math.fma(alpha, m[i], direct * g[j]) / (sqrt(v[i]) + epsilon);
    }
  }

  @Override
  public void adagrad(
      float[] w, float[] sum, int at, float[] g, int gAt, int length, float rate, float epsilon) {
    for (int i = at, j = gAt; i < at + length; i++, j++) {
      sum[i] = atMost(Math.fma(g[j], g[j], sum[i]), SUM_MAX);
      w[i] = w[i] - (rate * g[j]) / sqrt(sum[i] + epsilon);
    }
  }

  @Override
  public void rmsprop(
      float[] w,
      float[] v,
      int at,
      float[] g,
      int gAt,
      int length,
      float rate2,
      float rate,
      float epsilon) {
    for (int i = at, j = gAt; i < at + length; i++, j++) {
      v[i] = flushSquare(towardSquare(v[i], g[j], rate2));
      w[i] = w[i] - (rate * g[j]) / sqrt(v[i] + epsilon);
    }
  }

  @Override
  public void rmspropMomentum(
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
      float momentum) {
    for (int i = at, j = gAt; i < at + length; i++, j++) {
      v[i] = flushSquare(towardSquare(v[i], g[j], rate2));
      m[i] = flush(Math.fma(momentum, m[i], (rate * g[j]) / sqrt(v[i] + epsilon)));
      w[i] = w[i] - m[i];
    }
  }

  @Override
  public void rmspropCentered(
      float[] w,
      float[] v,
      float[] means,
      int at,
      float[] g,
      int gAt,
      int length,
      float rate2,
      float rate,
      float epsilon) {
    for (int i = at, j = gAt; i < at + length; i++, j++) {
      means[i] = flush(toward(means[i], g[j], rate2));
      v[i] = flushSquare(towardSquare(v[i], g[j], rate2));
      float variance = positive(Math.fma(-means[i], means[i], v[i]));
      w[i] = w[i] - (rate * g[j]) / sqrt(variance + epsilon);
    }
  }

  @Override
  public void rmspropCenteredMomentum(
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
      float momentum) {
    for (int i = at, j = gAt; i < at + length; i++, j++) {
      means[i] = flush(toward(means[i], g[j], rate2));
      v[i] = flushSquare(towardSquare(v[i], g[j], rate2));
      float variance = positive(Math.fma(-means[i], means[i], v[i]));
      m[i] = flush(Math.fma(momentum, m[i], (rate * g[j]) / sqrt(variance + epsilon)));
      w[i] = w[i] - m[i];
    }
  }

  @Override
  public void ftrl(
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
      float shrinkage) {
    for (int i = at, j = gAt; i < at + length; i++, j++) {
      float next = atMost(Math.fma(g[j], g[j], sum[i]), SUM_MAX);
      float root = sqrt(next);
      float sigma = (root - sqrt(sum[i])) * inverse;
      z[i] = ftrlLinear(z[i] + Math.fma(shrinkage, w[i], g[j]), sigma, w[i]);
      w[i] = (clip(z[i], l1) - z[i]) / Math.fma(root, inverse, l2);
      sum[i] = next;
    }
  }

  @Override
  public void ftrlPower(
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
      double power) {
    for (int i = at, j = gAt; i < at + length; i++, j++) {
      float next = atMost(Math.fma(g[j], g[j], sum[i]), SUM_MAX);
      double root = StrictMath.pow(next, power);
      float sigma = (float) ((root - StrictMath.pow(sum[i], power)) * inverse);
      z[i] = ftrlLinear(z[i] + Math.fma(shrinkage, w[i], g[j]), sigma, w[i]);
      w[i] = (clip(z[i], l1) - z[i]) / Math.fma((float) root, inverse, l2);
      sum[i] = next;
    }
  }

  private static float ftrlLinear(float z, float sigma, float w) {
    return flush(clip(Math.fma(-sigma, w, z), FTRL_MAX));
  }

  @Override
  public void lion(
      float[] w,
      float[] m,
      int at,
      float[] g,
      int gAt,
      int length,
      float rate1,
      float rate2,
      float rate) {
    for (int i = at, j = gAt; i < at + length; i++, j++) {
      float direction = toward(m[i], g[j], rate1);
      w[i] = w[i] - (direction > 0 ? rate : direction < 0 ? -rate : 0f);
      m[i] = flush(toward(m[i], g[j], rate2));
    }
  }

  @Override
  public void scheduleFreeSgd(
      float[] x,
      float[] d,
      int at,
      float[] g,
      int gAt,
      int length,
      float rate,
      float decay,
      float toward,
      float weight) {
    for (int i = at, j = gAt; i < at + length; i++, j++) {
      float y = Math.fma(toward, d[i], x[i]);
      float e = Math.fma(-rate, Math.fma(decay, y, g[j]), d[i]);
      x[i] = Math.fma(weight, e, x[i]);
      d[i] = flush(Math.fma(-weight, e, e));
    }
  }

  @Override
  public void scheduleFreeAdamW(
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
      float weight) {
    for (int i = at, j = gAt; i < at + length; i++, j++) {
      v[i] = flushSquare(towardSquare(v[i], g[j], rate2));
      float y = Math.fma(toward, d[i], x[i]);
      float step = (alpha * g[j]) / (sqrt(v[i]) + epsilon);
      float e = Math.fma(-decay, y, d[i] - step);
      x[i] = Math.fma(weight, e, x[i]);
      d[i] = flush(Math.fma(-weight, e, e));
    }
  }

  @Override
  public void trainingPoint(
      float[] x, float[] d, int at, float[] y, int yAt, int length, float toward) {
    for (int i = 0; i < length; i++) {
      y[yAt + i] = Math.fma(toward, d[at + i], x[at + i]);
    }
  }

  /** The mean, moved towards the next value. */
  private static float toward(float mean, float next, float rate) {
    return Math.fma(next - mean, rate, mean);
  }

  private static float towardSquare(float mean, float next, float rate) {
    return Math.fma(Math.fma(next, next, -mean), rate, mean);
  }

  private static float sqrt(float x) {
    return (float) Math.sqrt(x);
  }

  private static float atMost(float x, float bound) {
    return x > bound ? bound : x;
  }

  private static float positive(float x) {
    return x < 0 ? 0f : x;
  }

  private static float flush(float state) {
    return Math.abs(state) <= TINY ? 0f : state;
  }

  /** {@link #flush} of what is never negative. */
  private static float flushSquare(float state) {
    return state <= TINY ? 0f : state;
  }
}
