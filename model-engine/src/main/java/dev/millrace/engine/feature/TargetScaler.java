package dev.millrace.engine.feature;

import dev.millrace.engine.state.StateArray;

/**
 * The scale of a regression's labels: a network learns (label − mean) / deviation of the labels
 * seen so far or another {@link Scale}, and what it says is put back and kept within the range of
 * labels seen.
 */
public final class TargetScaler {
  /** As what a label is learned. */
  public enum Scale {
    /** (label − mean) / deviation, which move with the labels. */
    STANDARDIZED,
    /** label − the first label, so that two equal labels are always one target. */
    FROM_FIRST,
    /** The label. */
    AS_IT_IS
  }

  private static final int COUNT = 0;
  private static final int MEAN = 1;
  private static final int M2 = 2;
  private static final int MIN = 3;
  private static final int MAX = 4;
  private final double[] s = new double[5];
  private final Scale scale;

  public TargetScaler(Scale scale) {
    this.scale = scale;
  }

  /** Lets a label join the statistics. */
  public void observe(double label) {
    s[MIN] = s[COUNT] == 0 ? label : Math.min(s[MIN], label);
    s[MAX] = s[COUNT] == 0 ? label : Math.max(s[MAX], label);
    s[COUNT]++;
    if (scale == Scale.FROM_FIRST && s[COUNT] > 1) {
      return; // mean and deviation stay those of one label: itself and 0
    }
    double delta = label - s[MEAN];
    s[MEAN] += delta / s[COUNT];
    s[M2] += delta * (label - s[MEAN]);
  }

  /** The label as the network learns it. */
  public float scale(double label) {
    return (float) (scale == Scale.AS_IT_IS ? label : (label - s[MEAN]) / deviation());
  }

  /** The network's output in the label's unit; the mean if the output is NaN. */
  public double unscale(float output) {
    if (Float.isNaN(output)) {
      return s[MEAN];
    }
    double value = scale == Scale.AS_IT_IS ? output : s[MEAN] + output * deviation();
    return Math.max(s[MIN], Math.min(s[MAX], value));
  }

  /** What a unit of the network's output is in the label's. */
  public double unit() {
    return scale == Scale.AS_IT_IS ? 1 : deviation();
  }

  private double deviation() {
    double variance = s[COUNT] == 0 ? 0 : s[M2] / s[COUNT];
    return variance > 0 ? Math.sqrt(variance) : 1;
  }

  /** What must survive. */
  public StateArray state() {
    return StateArray.of("feat/target", s);
  }
}
