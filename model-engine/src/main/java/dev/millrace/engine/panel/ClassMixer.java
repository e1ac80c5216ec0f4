package dev.millrace.engine.panel;

import dev.millrace.engine.kernel.Elementary;
import dev.millrace.engine.state.StateArray;
import java.util.Arrays;
import java.util.List;

/**
 * Mixes probabilities in four ways and these four by the first of them: fixed-share Bayes (Herbster
 * and Warmuth 1998), which follows the best expert and changes over when the stream does, and
 * logistic mixing (Mattern 2012), a softmax over weighted log-probabilities, at two rates.
 */
final class ClassMixer implements Mixer {
  private static final double SHARE = 0.01;
  private static final double PROBABILITY_MIN = 1e-4;
  private static final double LOG_MAX = 8;
  private static final double[] RATES = {0.002, 0.01};
  private static final int MIXTURES = 1 + RATES.length;

  private final int experts;
  private final int outputs;
  private final int classes;
  private final double[] bayes; // by expert
  private final double[][] logistic; // by rate and expert
  private final double[] last; // by mixture

  private final double[] p; // [experts][classes]
  private final double[] logs; // the same, less their mean
  private final double[][] q; // by mixture and class

  ClassMixer(int experts, int outputs) {
    this.experts = experts;
    this.outputs = outputs;
    classes = outputs == 1 ? 2 : outputs;
    bayes = new double[experts];
    logistic = new double[RATES.length][experts];
    last = new double[MIXTURES];
    p = new double[experts * classes];
    logs = new double[experts * classes];
    q = new double[MIXTURES][classes];
  }

  @Override
  public void reset() {
    Arrays.fill(bayes, 1.0 / experts);
    for (double[] weights : logistic) {
      Arrays.fill(weights, 1.0 / experts);
    }
    Arrays.fill(last, 1.0 / MIXTURES);
  }

  @Override
  public void mix(float[] said, int saidAt, float[] mixed, int mixedAt) {
    compute(said, saidAt);
    for (int c = outputs == 1 ? 1 : 0; c < classes; c++) {
      double sum = 0;
      for (int m = 0; m < MIXTURES; m++) {
        sum += last[m] * q[m][c];
      }
      mixed[mixedAt++] = (float) sum;
    }
  }

  /** What each mixture says. */
  private void compute(float[] said, int saidAt) {
    for (int k = 0; k < experts; k++) {
      double mean = 0;
      int at = k * classes;
      for (int c = 0; c < classes; c++) {
        p[at + c] =
            outputs == 1
                ? (c == 1 ? said[saidAt + k] : 1 - said[saidAt + k])
                : said[saidAt + at + c];
        logs[at + c] = Elementary.log((float) Math.max(p[at + c], 1e-15));
        mean += logs[at + c];
      }
      mean /= classes;
      for (int c = 0; c < classes; c++) {
        logs[at + c] = Math.max(-LOG_MAX, Math.min(LOG_MAX, logs[at + c] - mean));
      }
    }
    for (int c = 0; c < classes; c++) {
      double sum = 0;
      for (int k = 0; k < experts; k++) {
        sum += bayes[k] * p[k * classes + c];
      }
      q[0][c] = sum;
    }
    for (int r = 0; r < RATES.length; r++) {
      softmax(logistic[r], q[1 + r]);
    }
  }

  private void softmax(double[] weights, double[] to) {
    double max = Double.NEGATIVE_INFINITY;
    for (int c = 0; c < classes; c++) {
      double z = 0;
      for (int k = 0; k < experts; k++) {
        z += weights[k] * logs[k * classes + c];
      }
      to[c] = z;
      max = Math.max(max, z);
    }
    double all = 0;
    for (int c = 0; c < classes; c++) {
      to[c] = Elementary.exp((float) (to[c] - max));
      all += to[c];
    }
    for (int c = 0; c < classes; c++) {
      to[c] /= all;
    }
  }

  @Override
  public void learn(float[] said, int saidAt, float[] targets, int targetAt, float weight) {
    compute(said, saidAt);
    int label = (int) targets[targetAt]; // of two classes it is 0 or 1 as well
    for (int m = 0; m < MIXTURES; m++) {
      last[m] *= believed(q[m][label], weight);
    }
    share(last, MIXTURES);
    for (int k = 0; k < experts; k++) {
      bayes[k] *= believed(p[k * classes + label], weight);
    }
    share(bayes, experts);
    for (int r = 0; r < RATES.length; r++) {
      for (int k = 0; k < experts; k++) {
        double gradient = 0;
        for (int c = 0; c < classes; c++) {
          gradient += (q[1 + r][c] - (c == label ? 1 : 0)) * logs[k * classes + c];
        }
        logistic[r][k] -= RATES[r] * weight * gradient;
      }
    }
  }

  private static double believed(double probability, float weight) {
    double p = Math.max(PROBABILITY_MIN, probability);
    return weight == 1f ? p : Elementary.exp(weight * Elementary.log((float) p));
  }

  private static void share(double[] weights, int count) {
    double all = 0;
    for (int k = 0; k < count; k++) {
      all += weights[k];
    }
    for (int k = 0; k < count; k++) {
      double own = all > 0 ? weights[k] / all : 1.0 / count;
      weights[k] = (1 - SHARE) * own + SHARE / count;
    }
  }

  @Override
  public double[] weights() {
    return bayes.clone();
  }

  @Override
  public List<StateArray> state(String prefix) {
    return List.of(
        StateArray.of(prefix + "mixer.bayes", bayes),
        StateArray.of(prefix + "mixer.logistic_slow", logistic[0]),
        StateArray.of(prefix + "mixer.logistic_fast", logistic[1]),
        StateArray.of(prefix + "mixer.last", last));
  }
}
