package dev.millrace.engine.panel;

import dev.millrace.engine.kernel.Elementary;
import dev.millrace.engine.state.StateArray;
import java.util.Arrays;
import java.util.List;

/**
 * Mixes values in two ways and these two as the first: a mean over the experts, each weighing what
 * a Bayesian with Laplace errors and a fixed share (Herbster and Warmuth 1998) would give it; and
 * that mean with a correction, linear in what the experts say beside it, that normalised least mean
 * squares teach. Errors are measured by the least mean error of any expert.
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
  private static final int MEAN = 0;
  private static final int CORRECTED = 1;

  private final int experts;
  private final double trust;
  private final double[] weights; // by expert
  private final double[] errors; // by expert: Σ |error|·0.995^age
  private final double[] correction; // by expert
  private final double[] last; // by mixture
  private final double[] lastErrors;
  private final double[] seen = new double[3]; // Σ 0.995^age, the least and the greatest target

  private final double[] says; // by expert
  private final double[] mixtures = new double[MIXTURES];

  ValueMixer(int experts, double trust) {
    this.experts = experts;
    this.trust = trust;
    weights = new double[experts];
    errors = new double[experts];
    correction = new double[experts];
    last = new double[MIXTURES];
    lastErrors = new double[MIXTURES];
    says = new double[experts];
  }

  @Override
  public void reset() {
    Arrays.fill(weights, 1.0 / experts);
    Arrays.fill(errors, 0);
    Arrays.fill(correction, 0);
    Arrays.fill(last, 1.0 / MIXTURES);
    Arrays.fill(lastErrors, 0);
    Arrays.fill(seen, 0);
  }

  @Override
  public void changed() {}

  @Override
  public void mix(float[] said, int saidAt, float[] mixed, int mixedAt) {
    compute(said, saidAt);
    mixed[mixedAt] = (float) (last[MEAN] * mixtures[MEAN] + last[CORRECTED] * mixtures[CORRECTED]);
  }

  private void compute(float[] said, int saidAt) {
    double mean = 0;
    for (int k = 0; k < experts; k++) {
      says[k] = Math.max(seen[1], Math.min(seen[2], said[saidAt + k]));
      mean += weights[k] * says[k];
    }
    double corrected = mean;
    for (int k = 0; k < experts; k++) {
      corrected += correction[k] * (says[k] - mean);
    }
    mixtures[MEAN] = mean;
    mixtures[CORRECTED] = corrected;
  }

  @Override
  public void gradient(float[] said, int saidAt, int output, double[] gradient) {
    double corrections = 0;
    for (double part : correction) {
      corrections += part;
    }
    for (int k = 0; k < experts; k++) {
      float value = said[saidAt + k];
      boolean isBelieved = value >= seen[1] && value <= seen[2];
      double corrected = weights[k] * (1 - corrections) + correction[k];
      gradient[k] = isBelieved ? last[MEAN] * weights[k] + last[CORRECTED] * corrected : 0;
    }
  }

  @Override
  public void learn(float[] said, int saidAt, float target, float weight) {
    compute(said, saidAt);
    seen[0] = KEPT * seen[0] + 1;
    double scale = weigh(says, target, weight, weights, errors, SHARE);
    correct(target, weight, scale);
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

  private void correct(double target, float weight, double scale) {
    double error = Math.max(-2 * scale, Math.min(2 * scale, mixtures[CORRECTED] - target));
    double squares = 0.1 * experts * scale * scale;
    for (double value : says) {
      squares += (value - mixtures[MEAN]) * (value - mixtures[MEAN]);
    }
    double step = trust * RATE * Math.min(1f, weight) * error / squares;
    for (int k = 0; k < experts; k++) {
      correction[k] -= step * (says[k] - mixtures[MEAN]);
    }
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
        StateArray.of(prefix + "mixer.correction", correction),
        StateArray.of(prefix + "mixer.last", last),
        StateArray.of(prefix + "mixer.last_errors", lastErrors),
        StateArray.of(prefix + "mixer.seen", seen));
  }
}
