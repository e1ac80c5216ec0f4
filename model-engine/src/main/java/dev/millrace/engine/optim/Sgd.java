package dev.millrace.engine.optim;

import dev.millrace.engine.kernel.Kernels;
import java.util.List;

/** Keras' {@code SGD}, with momentum or Nesterov's if asked for. */
record Sgd(float learningRate, float momentum, boolean nesterov) implements Optimizer {
  static Sgd of(OptimizerSpec spec) {
    return new Sgd(
        (float) spec.get("learning_rate"), (float) spec.get("momentum"), spec.get("nesterov") == 1);
  }

  @Override
  public List<String> slotNames() {
    return momentum == 0 ? List.of() : List.of("momentum");
  }

  @Override
  public void step(
      Kernels kernels, float[] parameters, float[] gradient, float[][] slots, long step) {
    if (momentum == 0) {
      kernels.sgd(parameters, gradient, learningRate);
    } else if (nesterov) {
      kernels.nesterov(parameters, gradient, slots[0], learningRate, momentum);
    } else {
      kernels.momentum(parameters, gradient, slots[0], learningRate, momentum);
    }
  }
}
