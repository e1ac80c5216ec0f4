package dev.millrace.engine.loss;

import dev.millrace.engine.kernel.Elementary;

/**
 * y - t·log(y + 1e-7), with t of at least 0: the negative log likelihood of t under a Poisson
 * distribution of mean y, less a term without y.
 *
 * <p>Behind an exponential activation it is y - t·z, from the sum z: there no 1e-7 is needed, and
 * the derivative y - t does not vanish where y is 0.
 *
 * @param outputs the number of counts, one target each
 */
record Poisson(int outputs, boolean exponential) implements Elementwise {
  private static final float EPSILON = 1e-7f;

  @Override
  public boolean fromSums() {
    return exponential;
  }

  @Override
  public float target(float target) {
    if (!(target >= 0)) {
      throw new IllegalArgumentException("target must be at least 0, target=" + target);
    }
    return target;
  }

  @Override
  public float loss(float z, float y, float t) {
    return y - t * (exponential ? z : Elementary.log(y + EPSILON));
  }

  @Override
  public float slope(float z, float y, float t) {
    return exponential ? y - t : 1f - t / (y + EPSILON);
  }
}
