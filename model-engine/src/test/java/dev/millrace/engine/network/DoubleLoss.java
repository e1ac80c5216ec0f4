package dev.millrace.engine.network;

import dev.millrace.engine.loss.LossSpec;

/** The losses in double, from outputs, written from Keras' formulas and not from the engine. */
final class DoubleLoss {
  private DoubleLoss() {}

  /** The loss of one row with outputs y and targets t. */
  static double of(LossSpec loss, double[] y, double[] t) {
    return switch (loss.name()) {
      case "categorical_crossentropy" -> crossentropy(y, smoothed(loss, t), 1, 0);
      case "sparse_categorical_crossentropy" ->
          crossentropy(y, smoothed(loss, oneHot(t[0], y.length)), 1, 0);
      case "categorical_focal_crossentropy" ->
          crossentropy(y, smoothed(loss, t), loss.get("alpha"), loss.get("gamma"));
      default -> {
        double sum = 0;
        for (int j = 0; j < y.length; j++) {
          sum += element(loss, y[j], t[j]);
        }
        yield sum / y.length;
      }
    };
  }

  private static double[] oneHot(double index, int classes) {
    double[] t = new double[classes];
    t[(int) index] = 1;
    return t;
  }

  private static double[] smoothed(LossSpec loss, double[] t) {
    double s = loss.get("label_smoothing");
    double[] smoothed = new double[t.length];
    for (int j = 0; j < t.length; j++) {
      smoothed[j] = t[j] * (1 - s) + s / t.length;
    }
    return smoothed;
  }

  private static double crossentropy(double[] p, double[] t, double alpha, double gamma) {
    double sum = 0;
    for (int j = 0; j < p.length; j++) {
      sum -= alpha * Math.pow(1 - p[j], gamma) * t[j] * Math.log(p[j]);
    }
    return sum;
  }

  private static double element(LossSpec loss, double y, double t) {
    double error = y - t;
    double side = t == 1 ? 1 : -1;
    double missing = Math.max(1 - side * y, 0);
    return switch (loss.name()) {
      case "binary_crossentropy" -> binary(y, half(loss, t));
      case "binary_focal_crossentropy" -> binaryFocal(loss, y, half(loss, t));
      case "hinge" -> missing;
      case "squared_hinge" -> missing * missing;
      case "mean_squared_error" -> error * error;
      case "mean_absolute_error" -> Math.abs(error);
      case "huber" -> {
        double delta = loss.get("delta");
        double a = Math.abs(error);
        yield a <= delta ? a * a / 2 : delta * a - delta * delta / 2;
      }
      case "log_cosh" -> Math.log(Math.cosh(error));
      case "quantile" -> {
        double q = loss.get("quantile");
        yield error < 0 ? -q * error : (1 - q) * error;
      }
      case "poisson" -> y - t * Math.log(y + 1e-7);
      default -> throw new AssertionError(loss);
    };
  }

  private static double half(LossSpec loss, double t) {
    double s = loss.get("label_smoothing");
    return t * (1 - s) + 0.5 * s;
  }

  private static double binary(double p, double t) {
    return -(t == 0 ? 0 : t * Math.log(p)) - (t == 1 ? 0 : (1 - t) * Math.log(1 - p));
  }

  private static double binaryFocal(LossSpec loss, double p, double t) {
    double alpha = loss.get("alpha");
    boolean balanced = loss.get("apply_class_balancing") == 1;
    double right = t * p + (1 - t) * (1 - p);
    double balance = balanced ? t * alpha + (1 - t) * (1 - alpha) : 1;
    return balance * Math.pow(1 - right, loss.get("gamma")) * binary(p, t);
  }
}
