package dev.millrace.engine.optim;

import dev.millrace.engine.kernel.Updates;
import java.util.List;

/**
 * {@link ScheduleFree} with steps scaled as Adam's: z = z - rate·(g / (sqrt(v / (1 - beta_2^t)) +
 * epsilon) + weight_decay·y).
 */
final class ScheduleFreeAdamW extends ScheduleFree {
  private final double beta2;
  private final double epsilon;
  private final double weightDecay;
  private final float rate2;
  private float alpha;
  private float correctedEpsilon;
  private float decay;

  ScheduleFreeAdamW(OptimizerSpec spec) {
    super(spec, spec.get("beta_1"));
    beta2 = spec.get("beta_2");
    epsilon = spec.get("epsilon");
    weightDecay = spec.get("weight_decay");
    rate2 = (float) (1 - beta2);
  }

  @Override
  public List<String> slotNames() {
    return List.of("z_minus_x", "v");
  }

  // The correction moved out of the root.
  @Override
  void beginWarm(long step, double rate) {
    double correction2 = Math.sqrt(1 - power(beta2, step));
    alpha = (float) (rate * correction2);
    correctedEpsilon = (float) Math.max(epsilon * correction2, EPSILON_MIN);
    decay = (float) (rate * weightDecay);
  }

  @Override
  void step(Updates updates, float[] w, float[][] slots, int at, float[] g, int gAt, int length) {
    updates.scheduleFreeAdamW(
        w,
        slots[0],
        slots[1],
        at,
        g,
        gAt,
        length,
        rate2,
        alpha,
        correctedEpsilon,
        decay,
        toward(),
        weight());
  }
}
