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
    fill(parameters, tensor, 0, tensor.rows(), seed, number);
  }

  /** Fills some rows of a tensor with what {@link #fill} gives them. */
  public void fill(float[] parameters, Tensor tensor, int from, int to, long seed, int number) {
    double scale = scale(tensor.rows(), tensor.columns());
    long stream = CounterRandom.stream(seed, INITIAL_WEIGHTS + number);
    int i = from * tensor.columns();
    for (int row = from; row < to; row++) {
      for (int column = 0; column < tensor.columns(); column++) {
        double uniform = CounterRandom.uniform(stream, i++);
        parameters[tensor.index(row, column)] = (float) value(scale, uniform);
      }
    }
  }

  /** What {@link #value} multiplies. */
  private double scale(double in, double out) {
    return switch (this) {
      case ZEROS -> 0;
      case ONES -> 1;
      case GLOROT_UNIFORM -> Math.sqrt(6 / (in + out));
      case HE_UNIFORM -> Math.sqrt(6 / in);
      case LECUN_UNIFORM -> Math.sqrt(3 / in);
      case RANDOM_UNIFORM, RANDOM_NORMAL, TRUNCATED_NORMAL -> RANDOM_SCALE;
      case GLOROT_NORMAL -> Math.sqrt(2 / (in + out)) / TRUNCATED_DEVIATION;
      case HE_NORMAL -> Math.sqrt(2 / in) / TRUNCATED_DEVIATION;
      case LECUN_NORMAL -> Math.sqrt(1 / in) / TRUNCATED_DEVIATION;
    };
  }

  /**
   * One value.
   *
   * @param uniform in [0, 1)
   */
  private double value(double scale, double uniform) {
    return switch (this) {
      case ZEROS, ONES -> scale;
      case GLOROT_UNIFORM, HE_UNIFORM, LECUN_UNIFORM, RANDOM_UNIFORM -> (2 * uniform - 1) * scale;
      case GLOROT_NORMAL, HE_NORMAL, LECUN_NORMAL, TRUNCATED_NORMAL ->
          scale * Normal.quantile(open(uniform, BELOW_MINUS_TWO, 1 - BELOW_MINUS_TWO));
      case RANDOM_NORMAL -> scale * Normal.quantile(open(uniform, 0, 1));
    };
  }

  /** From [0, 1) to (from, to), the ends excluded. */
  private static double open(double uniform, double from, double to) {
    return from + (uniform + 0x1p-54) * (to - from);
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
