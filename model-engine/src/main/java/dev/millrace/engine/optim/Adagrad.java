package dev.millrace.engine.optim;

import dev.millrace.engine.kernel.ProductGradient;
import dev.millrace.engine.kernel.ProductUpdates;
import dev.millrace.engine.kernel.Updates;
import java.util.List;

/**
 * Keras' {@code Adagrad}: Duchi, Hazan and Singer, "Adaptive subgradient methods for online
 * learning and stochastic optimization", JMLR 12, 2011.
 */
final class Adagrad extends Optimizer {
  private final float initialSum;
  private final float epsilon;
  private float rate;

  Adagrad(OptimizerSpec spec) {
    super(spec);
    initialSum = (float) spec.get("initial_accumulator_value");
    epsilon = (float) spec.get("epsilon");
  }

  @Override
  public List<String> slotNames() {
    return List.of("accumulator");
  }

  @Override
  public float initialSlotValue(String slot) {
    return initialSum;
  }

  @Override
  void begin(long step, double rate) {
    this.rate = (float) rate;
  }

  @Override
  void step(Updates updates, float[] w, float[][] slots, int at, float[] g, int gAt, int length) {
    updates.adagrad(w, slots[0], at, g, gAt, length, rate, epsilon);
  }

  @Override
  boolean stepsAlongProducts() {
    return true;
  }

  @Override
  void step(ProductUpdates updates, float[] w, float[][] slots, ProductGradient g) {
    updates.adagrad(w, slots[0], g, rate, epsilon);
  }
}
