package dev.millrace.engine.optim;

import dev.millrace.engine.kernel.Updates;
import java.util.List;

/**
 * Keras' {@code Nadam}: Dozat, "Incorporating Nesterov momentum into Adam", 2016.
 *
 * <p>Its momentum warms up: u(t) = beta_1·(1 - 0.96^t / 2), and the bias correction is the product
 * of all u so far. The product follows from the step alone: from some step on 0.96^t is lost in
 * rounding and every u is beta_1.
 */
final class Nadam extends Optimizer {
  private static final double DECAY = 0.96;

  /** 0.96^1000 / 2 is less than half the last place of 1. */
  private static final int WARM = 1_000;

  private final double beta1;
  private final double beta2;
  private final double epsilon;
  private final float rate1;
  private final float rate2;
  private final double[] products = new double[WARM + 1];
  private float alpha;
  private float direct;
  private float correctedEpsilon;

  Nadam(OptimizerSpec spec) {
    super(spec);
    beta1 = spec.get("beta_1");
    beta2 = spec.get("beta_2");
    epsilon = spec.get("epsilon");
    rate1 = (float) (1 - beta1);
    rate2 = (float) (1 - beta2);
    products[0] = 1;
    for (int t = 1; t <= WARM; t++) {
      products[t] = products[t - 1] * u(t);
    }
  }

  private double u(long step) {
    return beta1 * (1 - 0.5 * power(DECAY, step));
  }

  private double product(long step) {
    return step <= WARM ? products[(int) step] : products[WARM] * power(beta1, step - WARM);
  }

  @Override
  public List<String> slotNames() {
    return List.of("m", "v");
  }

  // w = w - rate·(u(t+1)·m / (1 - product(t+1)) + (1 - u(t))·g / (1 - product(t)))
  //         / (sqrt(v / (1 - beta_2^t)) + epsilon), the last correction moved out of the root
  @Override
  void begin(long step, double rate) {
    double correction2 = Math.sqrt(1 - power(beta2, step));
    alpha = (float) (rate * correction2 * u(step + 1) / (1 - product(step + 1)));
    direct = (float) (rate * correction2 * (1 - u(step)) / (1 - product(step)));
    correctedEpsilon = (float) Math.max(epsilon * correction2, EPSILON_MIN);
  }

  @Override
  void step(Updates updates, float[] w, float[][] slots, int at, float[] g, int gAt, int length) {
    updates.nadam(
        w, slots[0], slots[1], at, g, gAt, length, rate1, rate2, alpha, direct, correctedEpsilon);
  }
}
