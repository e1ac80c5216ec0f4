package dev.millrace.engine.optim;

import dev.millrace.engine.kernel.Updates;
import java.util.List;

/**
 * Keras' {@code Adam} and {@code AdamW}: Kingma and Ba, "Adam: a method for stochastic
 * optimization", ICLR 2015, with Keras' place of epsilon, which is that of the paper's "epsilon
 * hat"; Reddi, Kale and Kumar, "On the convergence of Adam and beyond", ICLR 2018, for {@code
 * amsgrad}; Loshchilov and Hutter, "Decoupled weight decay regularization", ICLR 2019.
 */
final class Adam extends Optimizer {
  private final double beta1;
  private final double beta2;
  private final float rate1;
  private final float rate2;
  private final float epsilon;
  private final boolean amsgrad;
  private float alpha;

  Adam(OptimizerSpec spec) {
    super(spec);
    beta1 = spec.get("beta_1");
    beta2 = spec.get("beta_2");
    rate1 = (float) (1 - beta1);
    rate2 = (float) (1 - beta2);
    epsilon = (float) spec.get("epsilon");
    amsgrad = spec.flag("amsgrad");
  }

  @Override
  public List<String> slotNames() {
    return amsgrad ? List.of("m", "v", "v_hat") : List.of("m", "v");
  }

  // alpha = learning_rate·sqrt(1 - beta_2^t) / (1 - beta_1^t)
  @Override
  void begin(long step, double rate) {
    double correction2 = Math.sqrt(1 - power(beta2, step));
    alpha = (float) (rate * correction2 / (1 - power(beta1, step)));
  }

  @Override
  void step(Updates updates, float[] w, float[][] slots, int at, float[] g, int gAt, int length) {
    float[] m = slots[0];
    float[] v = slots[1];
    if (amsgrad) {
      updates.amsgrad(w, m, v, slots[2], at, g, gAt, length, rate1, rate2, alpha, epsilon);
    } else {
      updates.adam(w, m, v, at, g, gAt, length, rate1, rate2, alpha, epsilon);
    }
  }
}
