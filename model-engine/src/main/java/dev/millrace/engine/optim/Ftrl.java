package dev.millrace.engine.optim;

import dev.millrace.engine.kernel.Updates;
import java.util.List;

/**
 * Keras' {@code Ftrl}: McMahan et al., "Ad click prediction: a view from the trenches", KDD 2013.
 *
 * <p>A weight is a quotient of its slots, so what it was before the first step counts only as far
 * as the first gradient: this is an optimiser for linear models and wide layers.
 */
final class Ftrl extends Optimizer {
  private final float initialSum;
  private final double power;
  private final float l1;
  private final double l2;
  private final double beta;
  private final float shrinkage;
  private float inverse;
  private float ridge;

  Ftrl(OptimizerSpec spec) {
    super(spec);
    initialSum = (float) spec.get("initial_accumulator_value");
    power = -spec.get("learning_rate_power");
    l1 = (float) spec.get("l1_regularization_strength");
    l2 = spec.get("l2_regularization_strength");
    beta = spec.get("beta");
    shrinkage = (float) (2 * spec.get("l2_shrinkage_regularization_strength"));
  }

  @Override
  public List<String> slotNames() {
    return List.of("accumulator", "linear");
  }

  @Override
  public float initialSlotValue(String slot) {
    return slot.equals("accumulator") ? initialSum : 0f;
  }

  @Override
  void begin(long step, double rate) {
    inverse = (float) (1 / rate);
    ridge = (float) (2 * l2 + beta / rate);
  }

  @Override
  void step(Updates updates, float[] w, float[][] slots, int at, float[] g, int gAt, int length) {
    float[] sum = slots[0];
    float[] z = slots[1];
    if (power == 0.5) {
      updates.ftrl(w, sum, z, at, g, gAt, length, inverse, l1, ridge, shrinkage);
    } else {
      updates.ftrlPower(w, sum, z, at, g, gAt, length, inverse, l1, ridge, shrinkage, power);
    }
  }
}
