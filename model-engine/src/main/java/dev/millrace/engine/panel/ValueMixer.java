package dev.millrace.engine.panel;

import dev.millrace.engine.kernel.Elementary;
import dev.millrace.engine.state.StateArray;
import java.util.Arrays;
import java.util.List;

/**
 * The mean of what experts say, each weighing what a Bayesian with Laplace errors would give it:
 * its errors are measured by the least mean error of any expert, which is forgotten at a rate of
 * {@value #FORGET}. Weights share, so that an expert that was bad may come back.
 */
final class ValueMixer implements Mixer {
  private static final double FORGET = 0.995;
  private static final double SHARE = 0.01;
  private static final double SURPRISE_MAX = 20;

  private final int experts;
  private final double[] weights;
  private final double[] errors; // by expert: Σ |error|·0.995^age; then Σ 0.995^age

  // the range of targets so far: no expert is believed beyond it
  private final double[] range = new double[2];

  ValueMixer(int experts) {
    this.experts = experts;
    weights = new double[experts];
    errors = new double[experts + 1];
  }

  @Override
  public void reset() {
    Arrays.fill(weights, 1.0 / experts);
    Arrays.fill(errors, 0);
    Arrays.fill(range, 0);
  }

  @Override
  public void mix(float[] said, int saidAt, float[] mixed, int mixedAt) {
    double sum = 0;
    for (int k = 0; k < experts; k++) {
      sum += weights[k] * within(said[saidAt + k]);
    }
    mixed[mixedAt] = (float) sum;
  }

  private double within(float value) {
    return Math.max(range[0], Math.min(range[1], value));
  }

  @Override
  public void learn(float[] said, int saidAt, float[] targets, int targetAt, float weight) {
    double target = targets[targetAt];
    errors[experts] = FORGET * errors[experts] + 1;
    double least = Double.POSITIVE_INFINITY;
    for (int k = 0; k < experts; k++) {
      double error = Math.abs(within(said[saidAt + k]) - target);
      errors[k] = FORGET * errors[k] + error;
      least = Math.min(least, errors[k]);
    }
    double scale = Math.max(1e-9, least / errors[experts]);
    double all = 0;
    for (int k = 0; k < experts; k++) {
      double error = Math.abs(within(said[saidAt + k]) - target);
      double surprise = Math.min(error / scale, SURPRISE_MAX);
      weights[k] *= Elementary.exp((float) (-surprise * weight));
      all += weights[k];
    }
    for (int k = 0; k < experts; k++) {
      double own = all > 0 ? weights[k] / all : 1.0 / experts;
      weights[k] = (1 - SHARE) * own + SHARE / experts;
    }
    range[0] = Math.min(range[0], target);
    range[1] = Math.max(range[1], target);
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
        StateArray.of(prefix + "mixer.range", range));
  }
}
