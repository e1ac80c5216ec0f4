package dev.millrace.engine.optim;

import dev.millrace.engine.kernel.ProductGradient;
import dev.millrace.engine.kernel.ProductUpdates;
import dev.millrace.engine.kernel.Updates;
import java.util.List;

/**
 * w −= rate / √(1 + |x|²) · g / √(Σ g²), x being what the layer reads: {@link Adagrad} whose rate
 * means the same for rows of any length, after Ross, Mineiro and Langford, "Normalized online
 * learning", UAI 2013.
 */
final class NormalizedAdagrad extends Optimizer {
  private final float epsilon;
  private double rate;
  private float scaled;

  NormalizedAdagrad(OptimizerSpec spec) {
    super(spec);
    epsilon = (float) spec.get("epsilon");
  }

  @Override
  public List<String> slotNames() {
    return List.of("accumulator");
  }

  @Override
  public boolean normalizes() {
    return true;
  }

  @Override
  public void forInput(float squares) {
    scaled = (float) (rate / Math.sqrt(1.0 + squares));
  }

  @Override
  void begin(long step, double rate) {
    this.rate = rate;
    forInput(0f);
  }

  @Override
  void step(Updates updates, float[] w, float[][] slots, int at, float[] g, int gAt, int length) {
    updates.adagrad(w, slots[0], at, g, gAt, length, scaled, epsilon);
  }

  @Override
  boolean stepsAlongProducts() {
    return true;
  }

  @Override
  void step(ProductUpdates updates, float[] w, float[][] slots, ProductGradient g) {
    updates.adagrad(w, slots[0], g, scaled, epsilon);
  }
}
