package dev.millrace.engine.optim;

import dev.millrace.engine.kernel.ProductGradient;
import dev.millrace.engine.kernel.ProductUpdates;
import dev.millrace.engine.kernel.Updates;
import java.util.List;

/** Keras' {@code SGD}, with momentum or Nesterov's if asked for. */
final class Sgd extends Optimizer {
  private final float momentum;
  private final boolean nesterov;
  private float rate;

  Sgd(OptimizerSpec spec) {
    super(spec);
    momentum = (float) spec.get("momentum");
    nesterov = spec.flag("nesterov");
  }

  @Override
  public List<String> slotNames() {
    return momentum == 0 ? List.of() : List.of("momentum");
  }

  @Override
  void begin(long step, double rate) {
    this.rate = (float) rate;
  }

  @Override
  void step(Updates updates, float[] w, float[][] slots, int at, float[] g, int gAt, int length) {
    if (momentum == 0) {
      updates.sgd(w, at, g, gAt, length, rate);
    } else if (nesterov) {
      updates.nesterov(w, slots[0], at, g, gAt, length, rate, momentum);
    } else {
      updates.momentum(w, slots[0], at, g, gAt, length, rate, momentum);
    }
  }

  @Override
  boolean stepsAlongProducts() {
    return momentum == 0;
  }

  @Override
  void step(ProductUpdates updates, float[] w, float[][] slots, ProductGradient g) {
    updates.sgd(w, g, rate);
  }
}
