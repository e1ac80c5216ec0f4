package dev.millrace.engine.metric;

import dev.millrace.engine.state.StateArray;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Mean absolute error and root mean squared error of a regression, in the label's unit. Baselines,
 * as mean absolute errors: {@code mean}, which says the mean of the labels before; {@code
 * no_change}, which says the label before. Both say 0 for the first event.
 */
public final class ValueMetrics implements Prequential {
  private static final int ABSOLUTE = 0;
  private static final int SQUARED = 1;
  private static final int LABELS = 2;
  private static final int LAST = 3;
  private static final int FROM_MEAN = 4;
  private static final int FROM_LAST = 5;
  private final long[] events = new long[1];
  private final double[] sums = new double[6];
  private final Window absolute = new Window();
  private final Window squared = new Window();

  ValueMetrics() {}

  /** Scores one event. */
  public void add(double label, double predicted) {
    long n = events[0]++;
    double error = predicted - label;
    sums[ABSOLUTE] += Math.abs(error);
    sums[SQUARED] += error * error;
    sums[FROM_MEAN] += Math.abs(label - (n == 0 ? 0 : sums[LABELS] / n));
    sums[FROM_LAST] += Math.abs(label - sums[LAST]);
    sums[LABELS] += label;
    sums[LAST] = label;
    absolute.put(n, Math.abs(error));
    squared.put(n, error * error);
  }

  @Override
  public Map<String, Double> figures() {
    Map<String, Double> figures = new LinkedHashMap<>();
    long n = events[0];
    if (n > 0) {
      figures.put("mae", sums[ABSOLUTE] / n);
      figures.put("rmse", Math.sqrt(sums[SQUARED] / n));
      figures.put("mae_window", absolute.mean(n));
      figures.put("rmse_window", Math.sqrt(squared.mean(n)));
    }
    return figures;
  }

  @Override
  public Map<String, Double> baselines() {
    Map<String, Double> figures = new LinkedHashMap<>();
    long n = events[0];
    if (n > 0) {
      figures.put("mean", sums[FROM_MEAN] / n);
      figures.put("no_change", sums[FROM_LAST] / n);
    }
    return figures;
  }

  @Override
  public void reset() {
    events[0] = 0;
    Arrays.fill(sums, 0);
    absolute.reset();
    squared.reset();
  }

  @Override
  public List<StateArray> state() {
    return List.of(
        StateArray.of("metric/counts", events),
        StateArray.of("metric/sums", sums),
        absolute.state("metric/window.absolute"),
        squared.state("metric/window.squared"));
  }
}
