package dev.millrace.engine.params;

import dev.millrace.engine.random.CounterRandom;
import java.util.Arrays;

/** What a tensor holds before the first step, as Keras' {@code Dense} does by default. */
public final class Initializers {
  private static final long INITIAL_WEIGHTS = 1L << 32;

  private Initializers() {}

  /**
   * Uniform in [-limit, limit) with limit = sqrt(6 / (rows + columns)): Glorot and Bengio,
   * "Understanding the difficulty of training deep feedforward neural networks", AISTATS 2010.
   *
   * @param number tells tensors of one seed apart
   */
  public static void glorotUniform(float[] parameters, Tensor tensor, long seed, int number) {
    double limit = Math.sqrt(6.0 / ((double) tensor.rows() + tensor.columns()));
    int offset = tensor.offset();
    for (int i = 0; i < tensor.size(); i++) {
      double uniform = CounterRandom.uniform(seed, INITIAL_WEIGHTS + number, i);
      parameters[offset + i] = (float) ((2 * uniform - 1) * limit);
    }
  }

  /** All zeros. */
  public static void zeros(float[] parameters, Tensor tensor) {
    Arrays.fill(parameters, tensor.offset(), tensor.offset() + tensor.size(), 0f);
  }
}
