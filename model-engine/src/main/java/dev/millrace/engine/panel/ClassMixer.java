package dev.millrace.engine.panel;

import dev.millrace.engine.kernel.Elementary;
import dev.millrace.engine.state.StateArray;
import java.util.Arrays;
import java.util.List;

/**
 * Mixes probabilities in five ways, and these five as the first: twice a mean over the experts by
 * fixed-share Bayes (Herbster and Warmuth 1998), which follows the best expert, one slow to change
 * over to another and one quick; and three times a softmax over weighted log-probabilities
 * (logistic mixing, Mattern 2012), which can be better than every expert, taught at a low and a
 * high rate and by Newton's steps.
 */
final class ClassMixer implements Mixer {
  static final double[] SHARES = {0.001, 0.03};
  static final double[] RATES = {0.002, 0.02};
  static final double LAST_SHARE = 0.003;

  /** Of Newton's steps: where the inverse of the curvature begins, and what is kept of it. */
  static final double CURVATURE_FIRST = 0.05;

  static final double CURVATURE_KEPT = 0.9995;
  private static final int LOGISTIC = RATES.length + 1;
  private static final int MIXTURES = SHARES.length + LOGISTIC;

  /** The log loss bends at least so much. */
  static final double BEND_MIN = 1e-3;

  /** A probability is believed to be at least this much. */
  static final double PROBABILITY_MIN = 1e-4;

  private static final int NONE = -1;
  static final float LOGARITHM_OF_MIN = 1e-15f;

  /** Log-probabilities lie within so much of their mean. */
  static final double LOGARITHM_MAX = 8;

  private final int experts;
  private final double trust;
  private final int outputs;
  private final int classes;
  private final double[][] bayes; // by share and expert
  private final double[][] logistic; // by rate and then Newton's, and by expert
  private final Curvature curvature; // of the log loss by Newton's
  private final double[] last; // by mixture

  private final double[] p; // [experts][classes]
  private final float[] logarithms; // of the same
  private final double[] logs; // the same, less their mean over the classes
  private final double[][] mixtures; // by mixture and class
  private final double[] apart; // by expert: logs of the two most probable classes, one less other
  private final double[] gradient; // by expert
  private int computed = NONE; // where what the last three are of begins

  ClassMixer(int experts, int outputs, double trust) {
    this.experts = experts;
    this.trust = trust;
    this.outputs = outputs;
    classes = outputs == 1 ? 2 : outputs;
    bayes = new double[SHARES.length][experts];
    logistic = new double[LOGISTIC][experts];
    curvature = new Curvature(experts, CURVATURE_FIRST, CURVATURE_KEPT);
    apart = new double[experts];
    gradient = new double[experts];
    last = new double[MIXTURES];
    p = new double[experts * classes];
    logarithms = new float[experts * classes];
    logs = new double[experts * classes];
    mixtures = new double[MIXTURES][classes];
  }

  @Override
  public void reset() {
    for (double[] weights : bayes) {
      Arrays.fill(weights, 1.0 / experts);
    }
    for (double[] weights : logistic) {
      Arrays.fill(weights, 1.0 / experts);
    }
    curvature.reset();
    Arrays.fill(last, 1.0 / MIXTURES);
    computed = NONE;
  }

  @Override
  public void changed() {
    computed = NONE;
  }

  @Override
  public void mix(float[] said, int saidAt, float[] mixed, int mixedAt) {
    compute(said, saidAt);
    computed = saidAt;
    int first = classes - outputs; // one output is the probability of the second class
    for (int i = 0; i < outputs; i++) {
      double sum = 0;
      for (int m = 0; m < MIXTURES; m++) {
        sum += last[m] * mixtures[m][first + i];
      }
      mixed[mixedAt + i] = (float) sum;
    }
  }

  @Override
  public void gradient(float[] said, int saidAt, int output, double[] gradient) {
    compute(said, saidAt);
    computed = NONE;
    int of = classes - outputs + output;
    double[] dp = new double[classes];
    for (int k = 0; k < experts; k++) {
      Arrays.fill(dp, 0);
      for (int m = 0; m < SHARES.length; m++) {
        dp[of] += last[m] * bayes[m][k];
      }
      for (int m = 0; m < LOGISTIC; m++) {
        double factor = last[SHARES.length + m] * logistic[m][k];
        addLogistic(mixtures[SHARES.length + m], of, factor, k * classes, dp);
      }
      if (outputs == 1) {
        gradient[k] = dp[1] - dp[0];
      } else {
        System.arraycopy(dp, 0, gradient, k * classes, classes);
      }
    }
  }

  /** Adds how a softmax changes with the probabilities of one expert, which begin at a place. */
  private void addLogistic(double[] softmax, int of, double factor, int at, double[] dp) {
    double mean = 0;
    for (int c = 0; c < classes; c++) {
      mean += dLog(softmax, of, c, at) / classes;
    }
    for (int c = 0; c < classes; c++) {
      if (p[at + c] > LOGARITHM_OF_MIN) {
        dp[c] += factor * (dLog(softmax, of, c, at) - mean) / p[at + c];
      }
    }
  }

  /** How a softmax changes with one log-probability of weight 1, less the mean of all. */
  private double dLog(double[] softmax, int of, int c, int at) {
    boolean isBounded = Math.abs(logs[at + c]) >= LOGARITHM_MAX;
    return isBounded ? 0 : softmax[of] * ((c == of ? 1 : 0) - softmax[c]);
  }

  private void compute(float[] said, int saidAt) {
    for (int k = 0; k < experts; k++) {
      takeProbabilities(said, saidAt + k * outputs, k * classes);
      takeLogarithms(k * classes);
    }
    for (int m = 0; m < SHARES.length; m++) {
      sums(bayes[m], p, mixtures[m]);
    }
    for (int m = 0; m < LOGISTIC; m++) {
      double[] mixture = mixtures[SHARES.length + m];
      sums(logistic[m], logs, mixture);
      softmax(mixture);
    }
  }

  private void takeProbabilities(float[] said, int saidAt, int at) {
    if (outputs == 1) {
      p[at] = 1f - said[saidAt];
      p[at + 1] = said[saidAt];
      return;
    }
    for (int c = 0; c < classes; c++) {
      p[at + c] = said[saidAt + c];
    }
  }

  private void takeLogarithms(int at) {
    double mean = 0;
    for (int c = at; c < at + classes; c++) {
      logarithms[c] = logarithm((float) p[c]);
      mean += logarithms[c];
    }
    mean /= classes;
    for (int c = at; c < at + classes; c++) {
      logs[c] = Math.max(-LOGARITHM_MAX, Math.min(LOGARITHM_MAX, logarithms[c] - mean));
    }
  }

  /** By class, Σ weight·value over the experts. */
  private void sums(double[] weights, double[] values, double[] to) {
    Arrays.fill(to, 0);
    for (int k = 0; k < experts; k++) {
      for (int c = 0; c < classes; c++) {
        to[c] += weights[k] * values[k * classes + c];
      }
    }
  }

  private static void softmax(double[] z) {
    double max = z[0];
    for (double value : z) {
      max = Math.max(max, value);
    }
    double all = 0;
    for (int c = 0; c < z.length; c++) {
      z[c] = Elementary.exp((float) (z[c] - max));
      all += z[c];
    }
    for (int c = 0; c < z.length; c++) {
      z[c] /= all;
    }
  }

  @Override
  public void learn(float[] said, int saidAt, float target, float weight) {
    if (computed != saidAt) {
      compute(said, saidAt);
    }
    computed = NONE;
    int label = (int) target;
    double best = 0;
    for (double[] mixture : mixtures) {
      best = Math.max(best, mixture[label]);
    }
    for (int m = 0; m < MIXTURES; m++) {
      last[m] *= belief(mixtures[m][label], best, weight);
    }
    FixedShare.apply(last, trust * LAST_SHARE);
    best = 0;
    for (int k = 0; k < experts; k++) {
      best = Math.max(best, p[k * classes + label]);
    }
    for (int m = 0; m < SHARES.length; m++) {
      for (int k = 0; k < experts; k++) {
        bayes[m][k] *= belief(p[k * classes + label], best, weight);
      }
      FixedShare.apply(bayes[m], trust * SHARES[m]);
    }
    for (int m = 0; m < RATES.length; m++) {
      descend(logistic[m], mixtures[SHARES.length + m], label, weight, trust * RATES[m]);
    }
    double importance = trust * Math.min(weight, Curvature.IMPORTANCE_MAX);
    descend(logistic[RATES.length], mixtures[MIXTURES - 1], label, importance);
  }

  /**
   * What a weight is multiplied with, to the power of the row's weight and of the trust. Of a large
   * power it is relative to the best, so that it does not become 0 of all.
   */
  private double belief(double probability, double best, float weight) {
    double believed = Math.max(PROBABILITY_MIN, probability);
    double power = trust * weight;
    if (power == 1) {
      return believed;
    }
    float relative = power < 1 ? 1 : (float) Math.max(PROBABILITY_MIN, best);
    return Elementary.exp((float) power * Elementary.log((float) believed / relative));
  }

  /**
   * A step along the gradient of the log loss. That of a row that weighs more than 1 is made
   * shorter by what the loss could bend at most, so that it does not go beyond the minimum (an
   * implicit step, as in Karampatziakis and Langford, "Online importance weight aware updates",
   * 2011).
   */
  private void descend(double[] weights, double[] mixture, int label, float weight, double once) {
    double rate = once * weight;
    if (weight > 1) {
      double squares = 0;
      for (double log : logs) {
        squares += log * log;
      }
      rate /= 1 + once * (weight - 1) * squares / 2;
    }
    takeGradient(mixture, label);
    for (int k = 0; k < experts; k++) {
      weights[k] -= rate * gradient[k];
    }
  }

  /**
   * A step of Newton's. How the loss bends is taken from the two most probable classes a and b,
   * &radic;(p<sub>a</sub>·p<sub>b</sub>)·(log<sub>a</sub> − log<sub>b</sub>): of two classes there
   * are no others.
   */
  private void descend(double[] weights, double[] mixture, int label, double importance) {
    int a = mixture[0] >= mixture[1] ? 0 : 1;
    int b = 1 - a;
    for (int c = 2; c < classes; c++) {
      if (mixture[c] > mixture[a]) {
        b = a;
        a = c;
      } else if (mixture[c] > mixture[b]) {
        b = c;
      }
    }
    for (int k = 0; k < experts; k++) {
      apart[k] = logs[k * classes + a] - logs[k * classes + b];
    }
    curvature.add(apart, importance * Math.max(BEND_MIN, mixture[a] * mixture[b]));
    takeGradient(mixture, label);
    for (int k = 0; k < experts; k++) {
      gradient[k] *= importance;
    }
    curvature.descend(gradient, weights);
  }

  /** The gradient of the log loss by the weights of a softmax, which is used up. */
  private void takeGradient(double[] mixture, int label) {
    mixture[label] -= 1;
    for (int k = 0; k < experts; k++) {
      double sum = 0;
      for (int c = 0; c < classes; c++) {
        sum += mixture[c] * logs[k * classes + c];
      }
      gradient[k] = sum;
    }
  }

  @Override
  public void addLosses(float[] said, int saidAt, float target, float weight, double[] losses) {
    int label = (int) target;
    for (int k = 0; k < experts; k++) {
      losses[k] += weight * (double) -logarithms[k * classes + label];
    }
    int mixture = saidAt + experts * outputs;
    float yes = outputs == 1 ? said[mixture] : said[mixture + label];
    float probability = outputs == 1 && label == 0 ? 1f - yes : yes;
    losses[experts] += weight * (double) -logarithm(probability);
  }

  private static float logarithm(float probability) {
    return Elementary.log(Math.max(LOGARITHM_OF_MIN, probability));
  }

  @Override
  public double[] weights() {
    return bayes[0].clone();
  }

  @Override
  public List<StateArray> state(String prefix) {
    return List.of(
        StateArray.of(prefix + "mixer.bayes_slow", bayes[0]),
        StateArray.of(prefix + "mixer.bayes_quick", bayes[1]),
        StateArray.of(prefix + "mixer.logistic_slow", logistic[0]),
        StateArray.of(prefix + "mixer.logistic_quick", logistic[1]),
        StateArray.of(prefix + "mixer.logistic_newton", logistic[2]),
        curvature.state(prefix + "mixer.curvature"),
        StateArray.of(prefix + "mixer.last", last));
  }
}
