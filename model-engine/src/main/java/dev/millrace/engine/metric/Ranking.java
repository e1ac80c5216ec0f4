package dev.millrace.engine.metric;

import dev.millrace.engine.state.StateArray;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;

/**
 * How well scores rank: area under the ROC curve and average precision, from two histograms of the
 * score, of events of a class and of all others. Of two classes it is the second one's probability;
 * of more, each class against the rest and the mean over the classes; of more than {@value
 * #CLASSES_MAX} nothing, to bound the memory.
 *
 * <p>Bins are those of a floating-point number: so many equal ones between p and 2p from 2⁻²⁴ to ½,
 * the same for 1 − p from ½ on, one for all below and one for all above. They are as narrow as the
 * score is near 0 or 1 and cost no logarithm. Scores of one bin are taken as equal, so that the
 * area is that of scores rounded to bins. It differs from the exact one by at most half the share
 * of pairs, one event of the class and one other, that lie in one bin.
 */
final class Ranking {
  /** More classes have no figures. */
  static final int CLASSES_MAX = 32;

  /** Bins an octave as a power of two: 32 for two classes, 8 for more. */
  private static final int OCTAVE_BITS_TWO = 5;

  private static final int OCTAVE_BITS_MORE = 3;
  private static final int OCTAVES = 23;
  private static final int FLOAT_FRACTION_BITS = 23;
  private static final float SMALLEST = 0x1p-24f;

  private final int octaveBits;
  private final int bins;
  private final int ranked; // classes that have a histogram
  private final int first; // the first such class
  private final long[] counts; // [ranked][2][bins]: others, then events of the class

  private Ranking(int classes) {
    octaveBits = classes == 2 ? OCTAVE_BITS_TWO : OCTAVE_BITS_MORE;
    bins = bins(octaveBits);
    ranked = classes == 2 ? 1 : classes;
    first = classes == 2 ? 1 : 0;
    counts = new long[ranked * 2 * bins];
  }

  static Optional<Ranking> of(int classes) {
    return classes <= CLASSES_MAX ? Optional.of(new Ranking(classes)) : Optional.empty();
  }

  /** How many scores it takes of an event. */
  static int scores(int classes) {
    return classes == 2 ? 1 : classes <= CLASSES_MAX ? classes : 0;
  }

  static int bins(int octaveBits) {
    return 2 * (OCTAVES << octaveBits) + 3;
  }

  /** The bin of a probability: rises with it. */
  static int bin(float probability, int octaveBits) {
    return probability < 0.5f
        ? step(probability, octaveBits)
        : bins(octaveBits) - 1 - step(1f - probability, octaveBits);
  }

  private static int step(float small, int octaveBits) {
    return small < SMALLEST
        ? 0
        : 1
            + (Float.floatToRawIntBits(small) - Float.floatToRawIntBits(SMALLEST)
                >>> FLOAT_FRACTION_BITS - octaveBits);
  }

  /** Takes an event whose scores begin at {@code from}. */
  void add(int label, double[] scores, int from) {
    for (int i = 0; i < ranked; i++) {
      int own = label == first + i ? bins : 0;
      counts[2 * i * bins + own + bin((float) scores[from + i], octaveBits)]++;
    }
  }

  /** The figures, where there are events of a class and others. */
  void figures(Map<String, Double> into) {
    double area = 0;
    double precision = 0;
    int told = 0;
    for (int i = 0; i < ranked; i++) {
      long[] others = Arrays.copyOfRange(counts, 2 * i * bins, (2 * i + 1) * bins);
      long[] own = Arrays.copyOfRange(counts, (2 * i + 1) * bins, (2 * i + 2) * bins);
      if (Arrays.stream(others).sum() > 0 && Arrays.stream(own).sum() > 0) {
        area += area(own, others);
        precision += averagePrecision(own, others);
        told++;
      }
    }
    if (told > 0) {
      into.put("roc_auc", area / told);
      into.put("pr_auc", precision / told);
    }
  }

  /**
   * The share of pairs in which the event of the class has the higher score, equal ones counted
   * half (Mann and Whitney 1947). Counts are by score, rising.
   */
  static double area(long[] own, long[] others) {
    double pairs = 0;
    double below = 0;
    double all = 0;
    for (int i = 0; i < own.length; i++) {
      pairs += own[i] * (below + 0.5 * others[i]);
      below += others[i];
      all += own[i];
    }
    return pairs / (all * below);
  }

  /**
   * Σ (Rₙ − Rₙ₋₁)·Pₙ over falling thresholds, without interpolation. Counts are by score, rising.
   */
  static double averagePrecision(long[] own, long[] others) {
    double hits = 0;
    double taken = 0;
    double sum = 0;
    for (int i = own.length - 1; i >= 0; i--) {
      hits += own[i];
      taken += own[i] + others[i];
      sum += own[i] == 0 ? 0 : own[i] * (hits / taken);
    }
    return sum / hits;
  }

  void reset() {
    Arrays.fill(counts, 0);
  }

  StateArray state() {
    return StateArray.of("metric/ranking", counts);
  }
}
