package dev.millrace.engine.metric;

import dev.millrace.engine.model.ImbalanceSpec;
import dev.millrace.engine.state.StateArray;
import java.util.List;

/**
 * From which probability on the second of two classes is said. It is stated, or the one that would
 * have served a metric best so far: from two histograms of the probability, of labels of the first
 * and of the second class, in the bins of {@link Ranking}. After every {@value #EVERY} labels each
 * lower edge of a bin is tried, and "never"; of equally good ones it is the nearest to the middle
 * bin, the lower of two. Then the counts are made {@value #DECAY} of what they were. It stays where
 * it is, at first one half, while either class has less than {@value #LABELS_MIN} labels.
 *
 * <p>Moving the threshold for F1 is Lipton, Elkan and Naryanaswamy, "Optimal thresholding of
 * classifiers to maximize F1 measure", 2014.
 */
public final class Threshold {
  /** Labels between two choices. */
  static final int EVERY = 100;

  /** What the counts are multiplied with after a choice. */
  static final double DECAY = 0.998;

  /** Labels of each class, by the counts, that a choice needs. */
  static final double LABELS_MIN = 5;

  private static final int OCTAVE_BITS = 5;
  private static final int BINS = Ranking.bins(OCTAVE_BITS);

  private final ImbalanceSpec.Metric metric; // null if it is stated
  private final double[] counts; // [2][bins]
  private final long[] labels = new long[1];
  private final float[] value = {0.5f};

  public Threshold(ImbalanceSpec.Threshold spec) {
    metric = spec.metric();
    counts = new double[metric == null ? 0 : 2 * BINS];
    if (metric == null) {
      value[0] = spec.value().floatValue();
    }
  }

  /** Whether the second class is said at this probability of it. */
  public boolean isReached(float probability) {
    return probability >= value[0];
  }

  /** The probability; above 1 if the second class is never said. */
  public float value() {
    return value[0];
  }

  /** Takes a prediction whose label is known now, as {@link ClassMetrics#note} noted it. */
  public void score(double[] note) {
    if (metric == null) {
      return;
    }
    int label = (int) note[ClassTally.LABEL];
    counts[label * BINS + Ranking.bin((float) note[ClassTally.SCORES], OCTAVE_BITS)]++;
    if (++labels[0] % EVERY == 0) {
      choose();
    }
  }

  private void choose() {
    double first = sum(0);
    double second = sum(BINS);
    if (first >= LABELS_MIN && second >= LABELS_MIN) {
      value[0] = lowerEdge(best(first, second));
    }
    for (int i = 0; i < counts.length; i++) {
      counts[i] *= DECAY;
    }
  }

  private double sum(int from) {
    double sum = 0;
    for (int bin = 0; bin < BINS; bin++) {
      sum += counts[from + bin];
    }
    return sum;
  }

  /** The bin from which on the second class is best said; one more than the last for never. */
  private int best(double first, double second) {
    int best = BINS;
    double bestFigure = Double.NEGATIVE_INFINITY;
    double falseAlarms = 0;
    double hits = 0;
    for (int bin = BINS; bin >= 0; bin--) {
      if (bin < BINS) {
        falseAlarms += counts[bin];
        hits += counts[BINS + bin];
      }
      double figure = figure(first, second, falseAlarms, hits);
      boolean nearer = distance(bin) <= distance(best);
      if (figure > bestFigure || figure == bestFigure && nearer) {
        best = bin;
        bestFigure = figure;
      }
    }
    return best;
  }

  private static int distance(int bin) {
    return Math.abs(bin - BINS / 2);
  }

  /** As {@link ClassTally} has it, if the second class were said so often. */
  private double figure(double first, double second, double falseAlarms, double hits) {
    double all = first + second;
    double said = hits + falseAlarms;
    double accuracy = (hits + first - falseAlarms) / all;
    return switch (metric) {
      case F1 -> 2 * hits / (second + said);
      case BALANCED_ACCURACY -> hits / second + (first - falseAlarms) / first;
      case ACCURACY -> accuracy;
      case KAPPA -> {
        double chance = second / all * (said / all) + first / all * ((all - said) / all);
        yield (accuracy - chance) / (1 - chance);
      }
    };
  }

  /** The smallest probability in a bin or a later one; of none the next above 1. */
  private static float lowerEdge(int bin) {
    int below = -1; // as bits, which rise with the number
    int from = Float.floatToRawIntBits(Math.nextUp(1f));
    while (from - below > 1) {
      int middle = below + (from - below) / 2;
      boolean reached = Ranking.bin(Float.intBitsToFloat(middle), OCTAVE_BITS) >= bin;
      below = reached ? below : middle;
      from = reached ? middle : from;
    }
    return Float.intBitsToFloat(from);
  }

  /** What must survive; nothing of a stated one. */
  public List<StateArray> state() {
    return metric == null
        ? List.of()
        : List.of(
            StateArray.of("threshold/counts", counts),
            StateArray.of("threshold/labels", labels),
            StateArray.of("threshold/value", value));
  }
}
