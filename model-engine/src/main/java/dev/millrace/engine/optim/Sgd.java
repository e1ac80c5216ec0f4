package dev.millrace.engine.optim;

import dev.millrace.engine.kernel.Updates;
import java.util.List;

/** Interim. */
final class Sgd extends Optimizer {
  private final float rate;
  private final float momentum;
  private final boolean nesterov;

  Sgd(OptimizerSpec spec) {
    rate = (float) spec.get("learning_rate");
    momentum = (float) spec.get("momentum");
    nesterov = spec.get("nesterov") == 1;
  }

  @Override
  public List<String> slotNames() {
    return momentum == 0 ? List.of() : List.of("momentum");
  }

  @Override
  public void begin(long step) {}

  @Override
  public void update(
      Updates updates, float[] w, float[][] slots, int at, float[] g, int gAt, int length) {
    if (momentum == 0) {
      updates.sgd(w, at, g, gAt, length, rate);
    } else if (nesterov) {
      updates.nesterov(w, slots[0], at, g, gAt, length, rate, momentum);
    } else {
      updates.momentum(w, slots[0], at, g, gAt, length, rate, momentum);
    }
  }
}
