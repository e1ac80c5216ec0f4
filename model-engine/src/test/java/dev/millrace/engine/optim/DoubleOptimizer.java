package dev.millrace.engine.optim;

/**
 * One weight under the named optimiser in double, written down from Keras' documentation and the
 * papers: every formula as it stands there, nothing moved or merged.
 */
public final class DoubleOptimizer {
  private final OptimizerSpec spec;
  private double w;
  private double z;
  private double m;
  private double v;
  private double vHat;
  private double mean;
  private double linear;
  private double uProduct = 1;
  private double rateMost;
  private double weightSum;
  private double squares;

  public DoubleOptimizer(OptimizerSpec spec, double w) {
    this.spec = spec;
    this.w = w;
    z = w;
    if (spec.name().equals("adagrad") || spec.name().equals("ftrl")) {
      v = spec.get("initial_accumulator_value");
    }
  }

  public double weight() {
    return w;
  }

  /** Where the gradient of the next step is to be taken. */
  double point() {
    return switch (spec.name()) {
      case "schedule_free_sgd" -> (1 - spec.get("momentum")) * z + spec.get("momentum") * w;
      case "schedule_free_adamw" -> (1 - spec.get("beta_1")) * z + spec.get("beta_1") * w;
      default -> w;
    };
  }

  /** The squared length of what the layer reads in the next step. */
  public void reads(double squares) {
    this.squares = squares;
  }

  /** Makes step t, from 1. */
  public void step(double g, int t) {
    double rate = spec.learningRate().at(t - 1);
    if (!spec.name().startsWith("schedule_free")) {
      w = w - w * spec.get("weight_decay") * rate;
    }
    switch (spec.name()) {
      case "sgd" -> sgd(g, rate);
      case "adam", "adamw" -> adam(g, rate, t);
      case "adagrad" -> {
        v = v + g * g;
        w = w - rate * g / Math.sqrt(v + spec.get("epsilon"));
      }
      case "rmsprop" -> rmsprop(g, rate);
      case "nadam" -> nadam(g, rate, t);
      case "ftrl" -> ftrl(g, rate);
      case "lion" -> {
        w = w - rate * Math.signum(m * spec.get("beta_1") + g * (1 - spec.get("beta_1")));
        m = m * spec.get("beta_2") + g * (1 - spec.get("beta_2"));
      }
      case "normalized_sgd" -> w = w - rate * g / (1 + squares);
      case "normalized_adagrad" -> {
        v = v + g * g;
        w = w - rate / Math.sqrt(1 + squares) * g / Math.sqrt(v + spec.get("epsilon"));
      }
      default -> scheduleFree(g, rate, t);
    }
  }

  private void sgd(double g, double rate) {
    double momentum = spec.get("momentum");
    if (momentum == 0) {
      w = w - rate * g;
      return;
    }
    m = momentum * m - rate * g;
    w = spec.flag("nesterov") ? w + momentum * m - rate * g : w + m;
  }

  private void moments(double g) {
    m = spec.get("beta_1") * m + (1 - spec.get("beta_1")) * g;
    v = spec.get("beta_2") * v + (1 - spec.get("beta_2")) * g * g;
  }

  private void adam(double g, double rate, int t) {
    moments(g);
    double alpha =
        rate
            * Math.sqrt(1 - Math.pow(spec.get("beta_2"), t))
            / (1 - Math.pow(spec.get("beta_1"), t));
    vHat = Math.max(vHat, v);
    double divisor = spec.flag("amsgrad") ? vHat : v;
    w = w - m * alpha / (Math.sqrt(divisor) + spec.get("epsilon"));
  }

  private void nadam(double g, double rate, int t) {
    double beta1 = spec.get("beta_1");
    double u = beta1 * (1 - 0.5 * Math.pow(0.96, t));
    double uNext = beta1 * (1 - 0.5 * Math.pow(0.96, t + 1));
    uProduct = uProduct * u;
    moments(g);
    double mHat = uNext * m / (1 - uProduct * uNext) + (1 - u) * g / (1 - uProduct);
    double corrected = v / (1 - Math.pow(spec.get("beta_2"), t));
    w = w - mHat * rate / (Math.sqrt(corrected) + spec.get("epsilon"));
  }

  private void rmsprop(double g, double rate) {
    double rho = spec.get("rho");
    v = rho * v + (1 - rho) * g * g;
    double divisor = v + spec.get("epsilon");
    if (spec.flag("centered")) {
      mean = rho * mean + (1 - rho) * g;
      divisor = v - mean * mean + spec.get("epsilon");
    }
    m = spec.get("momentum") * m + rate * g / Math.sqrt(divisor);
    w = w - m;
  }

  private void ftrl(double g, double rate) {
    double power = spec.get("learning_rate_power");
    double l1 = spec.get("l1_regularization_strength");
    double l2 = spec.get("l2_regularization_strength") + spec.get("beta") / (2 * rate);
    double next = v + g * g;
    double shrunk = g + 2 * spec.get("l2_shrinkage_regularization_strength") * w;
    double sigma = (Math.pow(next, -power) - Math.pow(v, -power)) / rate;
    linear = linear + shrunk - sigma * w;
    double quadratic = Math.pow(next, -power) / rate + 2 * l2;
    w = (Math.max(-l1, Math.min(l1, linear)) - linear) / quadratic;
    v = next;
  }

  private void scheduleFree(double g, double constant, int t) {
    double y = point();
    double warmup = spec.get("warmup_steps");
    double rate = t < warmup ? constant * t / warmup : constant;
    rateMost = Math.max(rateMost, rate);
    weightSum += rateMost * rateMost;
    double weight = rateMost * rateMost / weightSum;
    double step = g;
    if (spec.name().equals("schedule_free_adamw")) {
      v = spec.get("beta_2") * v + (1 - spec.get("beta_2")) * g * g;
      double corrected = v / (1 - Math.pow(spec.get("beta_2"), t));
      step = g / (Math.sqrt(corrected) + spec.get("epsilon"));
    }
    z = z - rate * step - rate * spec.get("weight_decay") * y;
    w = (1 - weight) * w + weight * z;
  }
}
