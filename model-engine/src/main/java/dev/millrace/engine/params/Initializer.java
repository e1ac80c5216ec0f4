package dev.millrace.engine.params;

import dev.millrace.engine.random.CounterRandom;
import java.util.Locale;

/**
 * What a tensor holds before the first step, by Keras' names and formulas. fan_in is the tensor's
 * rows and fan_out its columns.
 *
 * <p>Each value depends on (seed, number of the tensor, row-major index) alone. A truncated normal
 * is drawn by the inverse of its distribution function, cut at two deviations, and has Keras' scale
 * correction 0.87962566; a normal likewise without the cut.
 */
public enum Initializer {
  /** All 0. */
  ZEROS,
  /** All 1. */
  ONES,
  /** Uniform within ± sqrt(6 / (fan_in + fan_out)): Glorot and Bengio, AISTATS 2010. */
  GLOROT_UNIFORM,
  /** Truncated normal of variance 2 / (fan_in + fan_out). */
  GLOROT_NORMAL,
  /** Uniform within ± sqrt(6 / fan_in): He et al., ICCV 2015. */
  HE_UNIFORM,
  /** Truncated normal of variance 2 / fan_in. */
  HE_NORMAL,
  /** Uniform within ± sqrt(3 / fan_in): LeCun et al., "Efficient BackProp", 1998. */
  LECUN_UNIFORM,
  /** Truncated normal of variance 1 / fan_in. */
  LECUN_NORMAL,
  /** Uniform within ± 0.05, Keras' default of an embedding. */
  RANDOM_UNIFORM,
  /** Normal with deviation 0.05. */
  RANDOM_NORMAL,
  /** Truncated normal with deviation 0.05 before the cut. */
  TRUNCATED_NORMAL;

  private static final long INITIAL_WEIGHTS = 1L << 32;
  private static final double RANDOM_SCALE = 0.05;

  /** The deviation of a standard normal cut at ±2, by which Keras divides. */
  private static final double TRUNCATED_DEVIATION = 0.87962566103423978;

  /** The distribution function of a standard normal at -2. */
  private static final double BELOW_MINUS_TWO = 0.022750131948179207;

  /**
   * Fills a tensor.
   *
   * @param number tells tensors of one seed apart
   */
  public void fill(float[] parameters, Tensor tensor, long seed, int number) {
    for (int i = 0; i < tensor.size(); i++) {
      int at = tensor.index(i / tensor.columns(), i % tensor.columns());
      parameters[at] = value(tensor, seed, number, i);
    }
  }

  private float value(Tensor tensor, long seed, int number, int i) {
    double in = tensor.rows();
    double out = tensor.columns();
    return switch (this) {
      case ZEROS -> 0f;
      case ONES -> 1f;
      case GLOROT_UNIFORM -> uniform(Math.sqrt(6 / (in + out)), seed, number, i);
      case HE_UNIFORM -> uniform(Math.sqrt(6 / in), seed, number, i);
      case LECUN_UNIFORM -> uniform(Math.sqrt(3 / in), seed, number, i);
      case RANDOM_UNIFORM -> uniform(RANDOM_SCALE, seed, number, i);
      case GLOROT_NORMAL -> truncated(Math.sqrt(2 / (in + out)), seed, number, i);
      case HE_NORMAL -> truncated(Math.sqrt(2 / in), seed, number, i);
      case LECUN_NORMAL -> truncated(Math.sqrt(1 / in), seed, number, i);
      case TRUNCATED_NORMAL -> truncated(RANDOM_SCALE * TRUNCATED_DEVIATION, seed, number, i);
      case RANDOM_NORMAL -> (float) (RANDOM_SCALE * Normal.quantile(open(seed, number, i, 0, 1)));
    };
  }

  private static float uniform(double limit, long seed, int number, int i) {
    double uniform = CounterRandom.uniform(seed, INITIAL_WEIGHTS + number, i);
    return (float) ((2 * uniform - 1) * limit);
  }

  private static float truncated(double deviation, long seed, int number, int i) {
    double share = open(seed, number, i, BELOW_MINUS_TWO, 1 - BELOW_MINUS_TWO);
    return (float) (deviation / TRUNCATED_DEVIATION * Normal.quantile(share));
  }

  /** Uniform in (from, to), the ends excluded. */
  private static double open(long seed, int number, int i, double from, double to) {
    double uniform = CounterRandom.uniform(seed, INITIAL_WEIGHTS + number, i) + 0x1p-54;
    return from + uniform * (to - from);
  }

  /** Keras' name: {@code glorot_uniform}. */
  public String kerasName() {
    return name().toLowerCase(Locale.ROOT);
  }

  @Override
  public String toString() {
    return kerasName();
  }
}
