package dev.millrace.engine.metric;

import dev.millrace.engine.state.StateArray;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Bounds that hold a stated share of labels: split conformal prediction over the last {@value
 * #SCORES} scores, whose level follows what was covered (adaptive conformal inference, Gibbs and
 * Candès 2021, step {@value #STEP}). A score is how far a label was from its prediction: the
 * absolute error of a number, or less the probability of the label's class. A bound of the stated
 * coverage c is the ⌈(n + 1)·(1 − αₜ)⌉-th smallest of n scores, and αₜ₊₁ = αₜ + step·((1 − c) − [a
 * label was outside]). Where there is no such score yet, there is no bound, and every label is
 * inside.
 *
 * <p>What the bound was is noted with the prediction; a label changes the next ones when it is
 * known. The share outside comes to 1 − c in the long run whatever the labels are, and the stream
 * need not be exchangeable; nothing is promised of a single event.
 */
public final class Intervals {
  /** Numbers that a note has for them. */
  public static final int COLUMNS = 3;

  /** Scores that are remembered, the newest. */
  static final int SCORES = 1000;

  private static final double STEP = 0.005;

  private static final int SCORE = 0;
  private static final int BOUND = 1;
  private static final int SIZE = 2;

  private static final int SEEN = 0; // scores of all
  private static final int EVENTS = 1; // of the figures
  private static final int INSIDE = 2;
  private static final int BOUNDED = 3;

  private final double coverage;
  private final int from; // where their part of a note begins
  private final String sizeName;
  private final double[] ring = new double[SCORES];
  private final double[] sorted = new double[SCORES]; // the same, rising; no state of its own
  private final long[] counts = new long[4];
  private final double[] level = new double[2]; // αₜ, and the sum of sizes
  private final Window window = new Window(COLUMNS);

  /**
   * Bounds that know no score.
   *
   * @param coverage the share of labels to be inside, greater than 0 and less than 1
   * @param from where their part of a note begins
   * @param classes 0 for a number
   */
  public Intervals(double coverage, int from, int classes) {
    this.coverage = coverage;
    this.from = from;
    sizeName = classes == 0 ? "mean_width" : "mean_set_size";
    level[0] = 1 - coverage;
  }

  /** The bound of the next prediction's score; infinite if there is none. */
  public double bound() {
    int known = known();
    double rank = Math.ceil((known + 1) * (1 - level[0]));
    return rank > known ? Double.POSITIVE_INFINITY : sorted[(int) Math.max(1, rank) - 1];
  }

  private int known() {
    return (int) Math.min(counts[SEEN], SCORES);
  }

  /**
   * Notes the bound of a prediction.
   *
   * @param score of its label
   * @param size of what lies inside: a width or a number of classes; infinite without a bound
   */
  public void note(double score, double bound, double size, double[] note) {
    note[from + SCORE] = score;
    note[from + BOUND] = bound;
    note[from + SIZE] = size;
  }

  /** Takes the score of a prediction whose label is known now. */
  public void score(double[] note) {
    double score = note[from + SCORE];
    double size = note[from + SIZE];
    boolean inside = score <= note[from + BOUND];
    level[0] = Math.min(1, level[0] + STEP * (1 - coverage - (inside ? 0 : 1)));
    remember(score);
    window.put(counts[EVENTS]++, Arrays.copyOfRange(note, from, from + COLUMNS));
    counts[INSIDE] += inside ? 1 : 0;
    if (size < Double.POSITIVE_INFINITY) {
      counts[BOUNDED]++;
      level[1] += size;
    }
  }

  private void remember(double score) {
    int known = known();
    int slot = (int) (counts[SEEN]++ % SCORES);
    if (known == SCORES) {
      int gone = place(ring[slot], known);
      System.arraycopy(sorted, gone + 1, sorted, gone, --known - gone);
    }
    int place = place(score, known);
    System.arraycopy(sorted, place, sorted, place + 1, known - place);
    sorted[place] = score;
    ring[slot] = score;
  }

  /** Where a score stands among so many, or would. */
  private int place(double score, int known) {
    int place = Arrays.binarySearch(sorted, 0, known, score);
    return place < 0 ? -place - 1 : place;
  }

  /** Coverage and mean size, whole and over the last events; none before the first label. */
  public Map<String, Double> figures() {
    Map<String, Double> figures = new LinkedHashMap<>();
    if (counts[EVENTS] > 0) {
      put(counts[EVENTS], counts[INSIDE], counts[BOUNDED], level[1], "", figures);
      int filled = Window.filled(counts[EVENTS]);
      int inside = 0;
      int bounded = 0;
      double sizes = 0;
      for (int i = 0; i < filled; i++) {
        inside += window.get(i, SCORE) <= window.get(i, BOUND) ? 1 : 0;
        if (window.get(i, SIZE) < Double.POSITIVE_INFINITY) {
          bounded++;
          sizes += window.get(i, SIZE);
        }
      }
      put(filled, inside, bounded, sizes, "_window", figures);
    }
    return figures;
  }

  private void put(
      double events,
      double inside,
      double bounded,
      double sizes,
      String suffix,
      Map<String, Double> into) {
    into.put("coverage" + suffix, inside / events);
    into.put("unbounded" + suffix, 1 - bounded / events);
    if (bounded > 0) {
      into.put(sizeName + suffix, sizes / bounded);
    }
  }

  /** Begins the figures anew; the scores and the level stay. */
  public void resetFigures() {
    Arrays.fill(counts, EVENTS, counts.length, 0);
    level[1] = 0;
    window.reset();
  }

  /** What must survive; {@link #restored} comes after it was read. */
  public List<StateArray> state() {
    return List.of(
        StateArray.of("interval/scores", ring),
        StateArray.of("interval/counts", counts),
        StateArray.of("interval/level", level),
        StateArray.of("interval/window", window.values()));
  }

  /** Takes up the scores that were read. */
  public void restored() {
    System.arraycopy(ring, 0, sorted, 0, SCORES);
    Arrays.sort(sorted, 0, known());
  }
}
