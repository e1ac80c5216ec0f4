package dev.millrace.engine.optim;

import dev.millrace.engine.kernel.Updates;
import java.util.ArrayList;
import java.util.List;

/**
 * Keras' {@code RMSprop}: Tieleman and Hinton, "Lecture 6.5: rmsprop", 2012; centred as in Graves,
 * "Generating sequences with recurrent neural networks", 2013. A variance that rounding makes
 * negative counts as 0.
 */
final class RmsProp extends Optimizer {
  private final float rate2;
  private final float momentum;
  private final float epsilon;
  private final boolean centered;
  private float rate;

  RmsProp(OptimizerSpec spec) {
    super(spec);
    rate2 = (float) (1 - spec.get("rho"));
    momentum = (float) spec.get("momentum");
    epsilon = (float) spec.get("epsilon");
    centered = spec.flag("centered");
  }

  @Override
  public List<String> slotNames() {
    List<String> names = new ArrayList<>(List.of("velocity"));
    if (centered) {
      names.add("average_gradient");
    }
    if (momentum > 0) {
      names.add("momentum");
    }
    return List.copyOf(names);
  }

  @Override
  void begin(long step, double rate) {
    this.rate = (float) rate;
  }

  @Override
  void step(Updates updates, float[] w, float[][] slots, int at, float[] g, int gAt, int length) {
    float[] v = slots[0];
    if (centered && momentum > 0) {
      updates.rmspropCenteredMomentum(
          w, v, slots[1], slots[2], at, g, gAt, length, rate2, rate, epsilon, momentum);
    } else if (centered) {
      updates.rmspropCentered(w, v, slots[1], at, g, gAt, length, rate2, rate, epsilon);
    } else if (momentum > 0) {
      updates.rmspropMomentum(w, v, slots[1], at, g, gAt, length, rate2, rate, epsilon, momentum);
    } else {
      updates.rmsprop(w, v, at, g, gAt, length, rate2, rate, epsilon);
    }
  }
}
