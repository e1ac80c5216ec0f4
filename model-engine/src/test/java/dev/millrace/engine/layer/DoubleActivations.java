package dev.millrace.engine.layer;

/** Activations in double, written from the textbook and not from the engine. */
public final class DoubleActivations {
  private static final double SELU_SCALE = 1.0507009873554804934;
  private static final double SELU_ALPHA = 1.6732632423543772848;

  private DoubleActivations() {}

  /** f of a row of sums. */
  public static double[] apply(Activation f, double[] z) {
    double[] y = new double[z.length];
    double sum = 0;
    for (double value : z) {
      sum += StrictMath.exp(value);
    }
    for (int j = 0; j < z.length; j++) {
      y[j] = f == Activation.SOFTMAX ? StrictMath.exp(z[j]) / sum : value(f, z[j]);
    }
    return y;
  }

  /** f(z) of one element. */
  static double value(Activation f, double z) {
    return switch (f) {
      case LINEAR -> z;
      case RELU -> z > 0 ? z : 0;
      case LEAKY_RELU -> z > 0 ? z : 0.2 * z;
      case RELU6 -> z > 6 ? 6 : z > 0 ? z : 0;
      case ELU -> z > 0 ? z : StrictMath.expm1(z);
      case SELU -> SELU_SCALE * (z > 0 ? z : SELU_ALPHA * StrictMath.expm1(z));
      case GELU -> z * normalCdf(z);
      case SILU -> z / (1 + StrictMath.exp(-z));
      case SOFTPLUS -> softplus(z);
      case SOFTSIGN -> z / (1 + Math.abs(z));
      case SIGMOID -> 1 / (1 + StrictMath.exp(-z));
      case HARD_SIGMOID -> z < -3 ? 0 : z > 3 ? 1 : z / 6 + 0.5;
      case TANH -> StrictMath.tanh(z);
      case MISH -> z * StrictMath.tanh(softplus(z));
      case EXPONENTIAL -> StrictMath.exp(z);
      case SOFTMAX -> throw new IllegalArgumentException("softmax is of a row");
    };
  }

  private static double softplus(double z) {
    return z > 0 ? z + StrictMath.log1p(StrictMath.exp(-z)) : StrictMath.log1p(StrictMath.exp(z));
  }

  /**
   * Φ(x): the series 1/2 + φ(x)·(x + x³/3 + x⁵/15 + …) in the middle, Laplace's continued fraction
   * Φ(-t) = φ(t) / (t + 1/(t + 2/(t + 3/(t + …)))) in the tails.
   */
  public static double normalCdf(double x) {
    double density = StrictMath.exp(-x * x / 2) / Math.sqrt(2 * Math.PI);
    if (Math.abs(x) < 3) {
      double term = x;
      double sum = 0;
      for (int n = 3; Math.abs(term) > 1e-18; n += 2) {
        sum += term;
        term *= x * x / n;
      }
      return 0.5 + density * sum;
    }
    double t = Math.abs(x);
    double fraction = t;
    for (int n = 200; n > 0; n--) {
      fraction = t + n / fraction;
    }
    return x < 0 ? density / fraction : 1 - density / fraction;
  }
}
