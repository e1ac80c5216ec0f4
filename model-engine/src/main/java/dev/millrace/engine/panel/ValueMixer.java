package dev.millrace.engine.panel;

import dev.millrace.engine.kernel.Elementary;
import dev.millrace.engine.state.StateArray;
import java.util.Arrays;
import java.util.List;

/**
 * Mixes values by a mean over the experts, each weighing what a Bayesian with Laplace errors and a
 * fixed share (Herbster and Warmuth 1998) would give it, and two corrections of it, linear in what
 * the experts say beside it: one that normalised least mean squares teach, and one by least squares
 * where an error counts no more than two usual ones (Huber 1964). Both are mixed as the experts
 * are. Errors are measured by the least mean error of any expert.
 *
 * <p>No expert is believed beyond the range of targets so far.
 */
final class ValueMixer implements Mixer {
  static final double SHARE = 0.05;
  static final double LAST_SHARE = 0.01;

  /** What is kept of the errors at each label. */
  static final double KEPT = 0.995;

  static final double SURPRISE_MAX = 20;
  static final double RATE = 0.01;
  private static final int MIXTURES = 2;

  /** An error beyond so many usual ones counts as this. */
  static final double ERRORS_MAX = 2;

  /** What an expert says beside the mean counts up to so many usual errors in least squares. */
  static final double BESIDE_MAX = 100;

  /** Of least squares: where the inverse of the curvature begins, and what is kept of it. */
  static final double CURVATURE_FIRST = 30;

  static final double CURVATURE_KEPT = 0.9998;

  private final int experts;
  private final double trust;
  private final double[] weights; // by expert
  private final double[] errors; // by expert: Σ |error|·0.995^age
  private final double[][] corrections; // by mixture and expert
  private final Curvature curvature; // of the squares that the second makes least
  private final double[] last; // by mixture
  private final double[] lastErrors;
  private final double[] seen = new double[3]; // Σ 0.995^age, the least and the greatest target

  private final double[] says; // by expert
  private final double[] beside; // by expert: what it says, less their mean
  private final double[] mixtures = new double[MIXTURES];

  ValueMixer(int experts, double trust) {
    this.experts = experts;
    this.trust = trust;
    weights = new double[experts];
    errors = new double[experts];
    corrections = new double[MIXTURES][experts];
    curvature = new Curvature(experts, CURVATURE_FIRST, CURVATURE_KEPT);
    beside = new double[experts];
    last = new double[MIXTURES];
    lastErrors = new double[MIXTURES];
    says = new double[experts];
  }

  @Override
  public void reset() {
    Arrays.fill(weights, 1.0 / experts);
    Arrays.fill(errors, 0);
    for (double[] correction : corrections) {
      Arrays.fill(correction, 0);
    }
    curvature.reset();
    Arrays.fill(last, 1.0 / MIXTURES);
    Arrays.fill(lastErrors, 0);
    Arrays.fill(seen, 0);
  }

  @Override
  public void changed() {}

  @Override
  public void mix(float[] said, int saidAt, float[] mixed, int mixedAt) {
    compute(said, saidAt);
    mixed[mixedAt] = (float) (last[0] * mixtures[0] + last[1] * mixtures[1]);
  }

  private void compute(float[] said, int saidAt) {
    double mean = 0;
    for (int k = 0; k < experts; k++) {
      says[k] = believed(said[saidAt + k]);
      mean += weights[k] * says[k];
    }
    for (int k = 0; k < experts; k++) {
      beside[k] = says[k] - mean;
    }
    for (int m = 0; m < MIXTURES; m++) {
      double corrected = mean;
      for (int k = 0; k < experts; k++) {
        corrected += corrections[m][k] * beside[k];
      }
      mixtures[m] = believed(corrected);
    }
  }

  /** A value, but no further than the targets so far. */
  private double believed(double value) {
    return Math.max(seen[1], Math.min(seen[2], value));
  }

  private boolean isBelieved(double value) {
    return value >= seen[1] && value <= seen[2];
  }

  @Override
  public void gradient(float[] said, int saidAt, int output, double[] gradient) {
    compute(said, saidAt);
    Arrays.fill(gradient, 0);
    for (int m = 0; m < MIXTURES; m++) {
      double all = 0;
      for (double part : corrections[m]) {
        all += part;
      }
      boolean moves = mixtures[m] > seen[1] && mixtures[m] < seen[2];
      for (int k = 0; k < experts && moves; k++) {
        if (isBelieved(said[saidAt + k])) {
          gradient[k] += last[m] * (weights[k] * (1 - all) + corrections[m][k]);
        }
      }
    }
  }

  @Override
  public void learn(float[] said, int saidAt, float target, float weight) {
    compute(said, saidAt);
    seen[0] = KEPT * seen[0] + 1;
    double scale = weigh(says, target, weight, weights, errors, SHARE);
    follow(target, weight, scale);
    fit(target, weight, scale);
    weigh(mixtures, target, weight, last, lastErrors, LAST_SHARE);
    seen[1] = Math.min(seen[1], target);
    seen[2] = Math.max(seen[2], target);
  }

  /** Moves weights by the errors, and returns the least mean error. */
  private double weigh(
      double[] values,
      double target,
      float weight,
      double[] weights,
      double[] errors,
      double share) {
    double least = Double.POSITIVE_INFINITY;
    for (int k = 0; k < values.length; k++) {
      errors[k] = KEPT * errors[k] + Math.abs(values[k] - target);
      least = Math.min(least, errors[k]);
    }
    double scale = Math.max(1e-9, least / seen[0]);
    for (int k = 0; k < values.length; k++) {
      double surprise =
          trust * Math.min(weight * Math.abs(values[k] - target) / scale, SURPRISE_MAX);
      weights[k] *= Elementary.exp((float) -surprise);
    }
    FixedShare.apply(weights, trust * share);
    return scale;
  }

  /** A step of normalised least mean squares. */
  private void follow(double target, float weight, double scale) {
    double error = bounded(mixtures[0] - target, scale);
    double squares = 0.1 * experts * scale * scale;
    for (double value : beside) {
      squares += value * value;
    }
    double step = trust * RATE * Math.min(1f, weight) * error / squares;
    for (int k = 0; k < experts; k++) {
      corrections[0][k] -= step * beside[k];
    }
  }

  /** A step of least squares, in units of the scale. */
  private void fit(double target, float weight, double scale) {
    double error = mixtures[1] - target;
    if (error == 0) {
      return;
    }
    double once = bounded(error, scale) / error;
    double importance = trust * once * Math.min(weight, Curvature.IMPORTANCE_MAX);
    for (int k = 0; k < experts; k++) {
      beside[k] = Math.max(-BESIDE_MAX, Math.min(BESIDE_MAX, beside[k] / scale));
    }
    curvature.add(beside, importance);
    for (int k = 0; k < experts; k++) {
      beside[k] *= importance * error / scale;
    }
    curvature.descend(beside, corrections[1]);
  }

  private static double bounded(double error, double scale) {
    return Math.max(-ERRORS_MAX * scale, Math.min(ERRORS_MAX * scale, error));
  }

  @Override
  public void addLosses(float[] said, int saidAt, float target, float weight, double[] losses) {
    for (int k = 0; k <= experts; k++) {
      losses[k] += weight * (double) Math.abs(said[saidAt + k] - target);
    }
  }

  @Override
  public double[] weights() {
    return weights.clone();
  }

  @Override
  public List<StateArray> state(String prefix) {
    return List.of(
        StateArray.of(prefix + "mixer.weights", weights),
        StateArray.of(prefix + "mixer.errors", errors),
        StateArray.of(prefix + "mixer.correction", corrections[0]),
        StateArray.of(prefix + "mixer.correction_least_squares", corrections[1]),
        curvature.state(prefix + "mixer.curvature"),
        StateArray.of(prefix + "mixer.last", last),
        StateArray.of(prefix + "mixer.last_errors", lastErrors),
        StateArray.of(prefix + "mixer.seen", seen));
  }
}
