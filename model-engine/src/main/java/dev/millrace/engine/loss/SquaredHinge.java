package dev.millrace.engine.loss;

/**
 * max(1 - t·y, 0)² with t of -1 or 1.
 *
 * @param outputs the number of independent yes-or-no answers, one target each
 */
record SquaredHinge(int outputs) implements Elementwise {
  @Override
  public float target(float target) {
    return Hinge.side(target);
  }

  @Override
  public float loss(float z, float y, float t) {
    float missing = Math.max(1f - t * y, 0f);
    return missing * missing;
  }

  @Override
  public float slope(float z, float y, float t) {
    return -2f * t * Math.max(1f - t * y, 0f);
  }
}
