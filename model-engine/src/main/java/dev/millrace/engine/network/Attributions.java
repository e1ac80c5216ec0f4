package dev.millrace.engine.network;

import dev.millrace.engine.layer.Entries;
import java.util.Arrays;

/**
 * How much each input of a row has to do with one output: back-propagation at inference. An input
 * is a number, or the weight of an active category; its baseline is a stated row of numbers, and
 * the category's absence.
 *
 * <p>{@link #gradientTimesInput} costs one forward and one backward pass to the inputs, about twice
 * a prediction and a half. {@link #integratedGradients} costs as much for each of its steps, and is
 * complete: the attributions add up to the output less the output at the baseline, but for what the
 * steps leave, which it returns. Nothing is learned and no state changes.
 *
 * <p>Owns its arrays; not for use by several threads at a time.
 */
public final class Attributions {
  private final Model model;
  private final float[] x; // [maxRows][inputs]
  private final float[] gradient; // [maxRows][inputs]
  private final double[] numbers; // [inputs]
  private float[] entryGradient = {};
  private double[] entries = {}; // of the row at hand
  private Entries path; // maxRows rows between the baseline and the row
  private double before;

  /** Attributions of a model's outputs. */
  public Attributions(Model model) {
    this.model = model;
    x = new float[model.maxRows() * model.inputs()];
    gradient = new float[x.length];
    numbers = new double[model.inputs()];
  }

  /**
   * What each input contributed by gradient × (input - baseline): exact for a linear output, a
   * first-order answer for any other.
   *
   * @param row [inputs] from offset
   * @param categories whose row {@code categoryRow} goes with it; null if there are no fields
   * @param baseline [inputs]; null for zeros, which is the mean of a standardised number
   */
  public void gradientTimesInput(
      float[] row, int offset, Entries categories, int categoryRow, float[] baseline, int output) {
    reset(categories, categoryRow);
    model.inputGradient(row, offset, categories, categoryRow, 1, output, gradient, entryGradient);
    collect(row, offset, categories, categoryRow, baseline, 1, 1);
  }

  /**
   * Integrated gradients (Sundararajan, Taly and Yan, "Axiomatic attribution for deep networks",
   * ICML 2017): the gradient's mean along the straight line from the baseline to the row, by the
   * midpoint rule, times (input - baseline).
   *
   * @param row [inputs] from offset
   * @param categories whose row {@code categoryRow} goes with it; null if there are no fields
   * @param baseline [inputs]; null for zeros
   * @param steps points on the line, at least 1; the error falls with their square
   * @return how far the attributions' sum is from the output less the output at the baseline
   */
  public double integratedGradients(
      float[] row,
      int offset,
      Entries categories,
      int categoryRow,
      float[] baseline,
      int output,
      int steps) {
    if (steps < 1) {
      throw new IllegalArgumentException("steps must be at least 1, steps=" + steps);
    }
    reset(categories, categoryRow);
    for (int first = 0; first < steps; first += model.maxRows()) {
      int rows = Math.min(model.maxRows(), steps - first);
      startPath(categories, rows);
      for (int i = 0; i < rows; i++) {
        point(row, offset, categories, categoryRow, baseline, i, (first + i + 0.5) / steps);
      }
      model.inputGradient(x, 0, path, 0, rows, output, gradient, entryGradient);
      collect(row, offset, categories, categoryRow, baseline, rows, steps);
    }
    startPath(categories, 1);
    point(row, offset, categories, categoryRow, baseline, 0, 0);
    before = model.forward(x, 0, path, 0, 1)[output];
    double after = model.forward(row, offset, categories, categoryRow, 1)[output];
    return Arrays.stream(numbers).sum() + Arrays.stream(entries).sum() - (after - before);
  }

  /** The output at the baseline of the last {@link #integratedGradients}. */
  public double atBaseline() {
    return before;
  }

  /** What each number contributed, [inputs]; valid until the next call. */
  public double[] numbers() {
    return numbers;
  }

  /** What each category contributed, in the order of the row's entries; until the next call. */
  public double[] entries() {
    return entries;
  }

  private void reset(Entries categories, int row) {
    Arrays.fill(numbers, 0);
    int count = categories == null ? 0 : categories.count(row, 1);
    entries = new double[count];
    int most = count * model.maxRows();
    if (entryGradient.length < most) {
      entryGradient = new float[most];
    }
  }

  private void startPath(Entries categories, int rows) {
    if (categories == null) {
      path = null;
    } else if (path == null || path.fields() != categories.fields()) {
      path = new Entries(categories.fields(), rows);
    } else {
      path.clear();
    }
  }

  /** Appends the point at a share of the way from the baseline to the row. */
  private void point(
      float[] row,
      int offset,
      Entries categories,
      int categoryRow,
      float[] baseline,
      int i,
      double share) {
    int inputs = model.inputs();
    for (int k = 0; k < inputs; k++) {
      double from = baseline == null ? 0 : baseline[k];
      x[i * inputs + k] = (float) (from + share * (row[offset + k] - from));
    }
    for (int field = 0; categories != null && field < categories.fields(); field++) {
      int end = categories.end(categoryRow, field);
      for (int e = categories.start(categoryRow, field); e < end; e++) {
        path.add(categories.index(e), (float) (share * categories.weight(e)));
      }
      path.endField();
    }
  }

  /** Adds rows of gradients, each of 1 / steps, times (input - baseline). */
  private void collect(
      float[] row,
      int offset,
      Entries categories,
      int categoryRow,
      float[] baseline,
      int rows,
      int steps) {
    int inputs = model.inputs();
    for (int i = 0; i < rows; i++) {
      for (int k = 0; k < inputs; k++) {
        double way = row[offset + k] - (baseline == null ? 0.0 : baseline[k]);
        numbers[k] += gradient[i * inputs + k] * way / steps;
      }
      int first = entries.length == 0 ? 0 : categories.start(categoryRow, 0);
      for (int e = 0; e < entries.length; e++) {
        double weight = categories.weight(first + e);
        entries[e] += entryGradient[i * entries.length + e] * weight / steps;
      }
    }
  }
}
