package dev.millrace.engine.optim;

import dev.millrace.engine.kernel.Updates;
import java.util.List;

/** Keras' {@code Lion}: Chen et al., "Symbolic discovery of optimization algorithms", 2023. */
final class Lion extends Optimizer {
  private final float rate1;
  private final float rate2;
  private float rate;

  Lion(OptimizerSpec spec) {
    super(spec);
    rate1 = (float) (1 - spec.get("beta_1"));
    rate2 = (float) (1 - spec.get("beta_2"));
  }

  @Override
  public List<String> slotNames() {
    return List.of("momentum");
  }

  @Override
  void begin(long step, double rate) {
    this.rate = (float) rate;
  }

  @Override
  void step(Updates updates, float[] w, float[][] slots, int at, float[] g, int gAt, int length) {
    updates.lion(w, slots[0], at, g, gAt, length, rate1, rate2, rate);
  }
}
