package dev.millrace.engine.loss;

/**
 * max(1 - t·y, 0) with t of -1 or 1. At the margin, t·y = 1, the derivative is 0.
 *
 * @param outputs the number of independent yes-or-no answers, one target each
 */
record Hinge(int outputs) implements Elementwise {
  @Override
  public float target(float target) {
    return side(target);
  }

  /** -1 for 0 or -1, 1 for 1. */
  static float side(float target) {
    if (target != 0f && Math.abs(target) != 1f || Float.isNaN(target)) {
      throw new IllegalArgumentException("target must be 0 or 1, or -1 or 1, target=" + target);
    }
    return target == 1f ? 1f : -1f;
  }

  @Override
  public float loss(float z, float y, float t) {
    return Math.max(1f - t * y, 0f);
  }

  @Override
  public float slope(float z, float y, float t) {
    return t * y < 1f ? -t : 0f;
  }
}
