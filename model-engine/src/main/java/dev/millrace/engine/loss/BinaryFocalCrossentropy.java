package dev.millrace.engine.loss;

import dev.millrace.engine.kernel.Elementary;

/**
 * b·m^gamma·{@link BinaryCrossentropy} with m = t·(1 - p) + (1 - t)·p, the probability of being
 * wrong, p = σ(z), and the balance b = t·alpha + (1 - t)·(1 - alpha) or 1: Lin et al., "Focal loss
 * for dense object detection", ICCV 2017, in Keras' form.
 *
 * @param outputs the number of independent yes-or-no answers, one target each
 */
record BinaryFocalCrossentropy(
    int outputs, boolean balanced, float alpha, float gamma, float smoothing)
    implements Elementwise {
  @Override
  public boolean fromSums() {
    return true;
  }

  @Override
  public float target(float target) {
    return BinaryCrossentropy.smoothed(target, smoothing);
  }

  @Override
  public float loss(float z, float y, float t) {
    float wrong = t * Elementary.sigmoid(-z) + (1f - t) * y;
    float focus = balance(t) * Elementary.power(wrong, gamma);
    return focus * BinaryCrossentropy.entropy(z, t);
  }

  // dm = (1 - 2t)·p·(1 - p), so dz = b·m^gamma·(gamma·dm/m·entropy + p - t)
  @Override
  public float slope(float z, float y, float t) {
    float not = Elementary.sigmoid(-z);
    float wrong = t * not + (1f - t) * y;
    float focus = balance(t) * Elementary.power(wrong, gamma);
    float change = wrong == 0f ? 0f : (1f - 2f * t) * (y * not / wrong);
    float entropy = BinaryCrossentropy.entropy(z, t);
    return focus * (gamma * (change * entropy) + ((1f - t) * y - t * not));
  }

  private float balance(float t) {
    return balanced ? t * alpha + (1f - t) * (1f - alpha) : 1f;
  }
}
