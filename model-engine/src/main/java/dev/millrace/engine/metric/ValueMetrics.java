package dev.millrace.engine.metric;

import dev.millrace.engine.state.StateArray;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How well values are predicted, in the label's unit: mean absolute error, root mean squared error
 * and, where a quantile is predicted, its loss, whole, windowed and fading; R², whole and windowed,
 * once labels differ.
 *
 * <p>Baselines: {@code mean}, which says the mean of the labels before; {@code no_change}, which
 * says the label before. Both say 0 for the first event. These are their mean absolute errors; the
 * others have the figure's name behind the baseline's.
 */
public final class ValueMetrics implements Prequential {
  private static final int SUM = 0; // of labels
  private static final int LAST = 1;
  private static final int MEAN = 2; // of labels, with the sum of squares about it (Welford 1962)
  private static final int SQUARES = 3;

  private final double quantile;
  private final long[] events = new long[1];
  private final double[] labels = new double[4];
  private final ValueTally whole;
  private final ValueTally fading;
  private final Fading weights = new Fading();
  private final Window window = new Window(ValueTally.COLUMNS);

  ValueMetrics(double quantile) {
    this.quantile = quantile;
    whole = new ValueTally(quantile);
    fading = new ValueTally(quantile);
  }

  @Override
  public int noteLength() {
    return ValueTally.COLUMNS;
  }

  /** Notes a prediction, to be scored when its label is known. */
  public void note(double label, double predicted, double[] note) {
    note[ValueTally.LABEL] = label;
    note[ValueTally.PREDICTED] = predicted;
    note[ValueTally.MEAN] = events[0] == 0 ? 0 : labels[SUM] / events[0];
    note[ValueTally.NO_CHANGE] = labels[LAST];
  }

  @Override
  public void score(double[] note) {
    double label = note[ValueTally.LABEL];
    whole.add(1, note);
    fading.add(weights.next(fading.sums()), note);
    window.put(events[0]++, note);
    labels[SUM] += label;
    labels[LAST] = label;
    double delta = label - labels[MEAN];
    labels[MEAN] += delta / events[0];
    labels[SQUARES] += delta * (label - labels[MEAN]);
  }

  @Override
  public Map<String, Double> figures() {
    Map<String, Double> figures = new LinkedHashMap<>();
    if (events[0] > 0) {
      whole.figures("", figures);
      putR2("r2", whole, labels[SQUARES], figures);
      ValueTally windowed = windowed();
      windowed.figures("_window", figures);
      putR2("r2_window", windowed, squaresOfWindow(), figures);
      fading.figures("_fading", figures);
    }
    return figures;
  }

  private static void putR2(
      String name, ValueTally tally, double squares, Map<String, Double> figures) {
    if (squares > 0) {
      figures.put(name, 1 - tally.squared() / squares);
    }
  }

  @Override
  public Map<String, Double> baselines() {
    Map<String, Double> figures = new LinkedHashMap<>();
    if (events[0] > 0) {
      whole.baselines("", figures);
      windowed().baselines("_window", figures);
      fading.baselines("_fading", figures);
    }
    return figures;
  }

  private ValueTally windowed() {
    ValueTally tally = new ValueTally(quantile);
    double[] note = new double[ValueTally.COLUMNS];
    for (int i = 0; i < Window.filled(events[0]); i++) {
      window.get(i, note);
      tally.add(1, note);
    }
    return tally;
  }

  private double squaresOfWindow() {
    int filled = Window.filled(events[0]);
    double sum = 0;
    for (int i = 0; i < filled; i++) {
      sum += window.get(i, ValueTally.LABEL);
    }
    double mean = sum / filled;
    double squares = 0;
    for (int i = 0; i < filled; i++) {
      double gap = window.get(i, ValueTally.LABEL) - mean;
      squares += gap * gap;
    }
    return squares;
  }

  @Override
  public void reset() {
    events[0] = 0;
    Arrays.fill(labels, 0);
    whole.reset();
    fading.reset();
    weights.reset();
    window.reset();
  }

  @Override
  public List<StateArray> state() {
    return List.of(
        StateArray.of("metric/counts", events),
        StateArray.of("metric/labels", labels),
        StateArray.of("metric/whole", whole.sums()),
        StateArray.of("metric/fading", fading.sums()),
        weights.state(),
        window.state());
  }
}
