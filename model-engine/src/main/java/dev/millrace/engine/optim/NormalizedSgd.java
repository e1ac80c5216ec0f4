package dev.millrace.engine.optim;

import dev.millrace.engine.kernel.ProductGradient;
import dev.millrace.engine.kernel.ProductUpdates;
import dev.millrace.engine.kernel.Updates;
import java.util.List;

/**
 * w −= rate · g / (1 + |x|²), x being what the layer reads: normalised least mean squares (Nagumo
 * and Noda 1967) for any loss. However long x is, a step does not overshoot.
 */
final class NormalizedSgd extends Optimizer {
  private double rate;
  private float scaled;

  NormalizedSgd(OptimizerSpec spec) {
    super(spec);
  }

  @Override
  public List<String> slotNames() {
    return List.of();
  }

  @Override
  public boolean normalizes() {
    return true;
  }

  @Override
  public void forInput(float squares) {
    scaled = (float) (rate / (1.0 + squares));
  }

  @Override
  void begin(long step, double rate) {
    this.rate = rate;
    forInput(0f);
  }

  @Override
  void step(Updates updates, float[] w, float[][] slots, int at, float[] g, int gAt, int length) {
    updates.sgd(w, at, g, gAt, length, scaled);
  }

  @Override
  boolean stepsAlongProducts() {
    return true;
  }

  @Override
  void step(ProductUpdates updates, float[] w, float[][] slots, ProductGradient g) {
    updates.sgd(w, g, scaled);
  }
}
