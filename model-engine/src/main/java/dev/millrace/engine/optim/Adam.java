package dev.millrace.engine.optim;

import dev.millrace.engine.kernel.Kernels;
import java.util.List;

/**
 * Keras' {@code Adam}: Kingma and Ba, "Adam: a method for stochastic optimization", ICLR 2015, with
 * Keras' place of epsilon, which is that of the paper's "epsilon hat".
 */
record Adam(double learningRate, double beta1, double beta2, float epsilon) implements Optimizer {
  static Adam of(OptimizerSpec spec) {
    return new Adam(
        spec.get("learning_rate"),
        spec.get("beta_1"),
        spec.get("beta_2"),
        (float) spec.get("epsilon"));
  }

  @Override
  public List<String> slotNames() {
    return List.of("m", "v");
  }

  // alpha = learning_rate·sqrt(1 - beta_2^t) / (1 - beta_1^t); StrictMath for the same bits
  // everywhere
  @Override
  public void step(
      Kernels kernels, float[] parameters, float[] gradient, float[][] slots, long step) {
    double correction2 = Math.sqrt(1 - StrictMath.pow(beta2, step));
    double alpha = learningRate * correction2 / (1 - StrictMath.pow(beta1, step));
    kernels.adam(
        parameters,
        gradient,
        slots[0],
        slots[1],
        (float) (1 - beta1),
        (float) (1 - beta2),
        (float) alpha,
        epsilon);
  }
}
