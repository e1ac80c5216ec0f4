package dev.millrace.engine.optim;

import dev.millrace.engine.kernel.Kernels;
import java.util.List;

/**
 * One step from a gradient, by Keras' formulas. Holds settings only: its state, the slots, belongs
 * to the model.
 */
public sealed interface Optimizer permits Sgd, Adam {
  /**
   * A gradient beyond this magnitude is as bad as one that is not finite: its square, which Adam
   * keeps, would overflow, and turn weights into NaN at the next step.
   */
  float GRADIENT_MAX = 1e18f;

  /** The optimiser that a specification names. */
  static Optimizer of(OptimizerSpec spec) {
    return switch (spec.name()) {
      case "sgd" -> Sgd.of(spec);
      case "adam" -> Adam.of(spec);
      default -> throw new IllegalArgumentException("unknown optimizer, name=" + spec.name());
    };
  }

  /** The names of its slots, each an array as long as the parameters that is 0 at first. */
  List<String> slotNames();

  /**
   * Changes the parameters and the slots.
   *
   * @param gradient none of it beyond {@link #GRADIENT_MAX}
   * @param slots in the order of {@link #slotNames}
   * @param step the number of this step, from 1
   */
  void step(Kernels kernels, float[] parameters, float[] gradient, float[][] slots, long step);
}
