package dev.millrace.engine.layer;

import dev.millrace.engine.kernel.Workspace;
import dev.millrace.engine.linalg.LeastSquaresSpec;
import dev.millrace.engine.linalg.RecursiveLeastSquares;
import dev.millrace.engine.state.StateArray;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * y = x·W + b by recursive least squares: an output layer that no optimiser teaches. It learns the
 * rows of a step one after the other, in their order, and W is what ridge regression over all rows
 * so far gives. x is the numbers and, behind them, the categories as one-hot columns.
 *
 * <p>The layers before it can learn through it, from the gradient of the squared error over the
 * variance of the targets so far, each output for itself: what the gradient would be if targets
 * were standardised, as W need not have them.
 */
public final class LeastSquares extends Layer {
  /** The most columns of x: W's factor is then 2 million doubles, a row about 6 million steps. */
  public static final int INPUTS_MAX = 2048;

  private final boolean backpropagates;
  private final String name;
  private final Optional<Signal> numbers;
  private final Optional<Categories> categories;
  private final RecursiveLeastSquares regression;
  private final double forgetting;
  private final Categories.Run[] runs;
  private final int width; // numbers of a row of x, and where its categories begin
  private final int inputs;
  private final int units;
  private final float[] rows; // [rows][inputs], those of the last inference
  private final float[] trainingRow; // [inputs]
  private final double[] moments; // of targets: Σ weight, then [units] means, [units] Σ squares
  private final double[] nextMoments; // those with the step at hand
  private final Workspace workspace;

  LeastSquares(LayerSpec.RecursiveLeastSquares spec, Build build) {
    super(build.output(spec.units()));
    name = build.name();
    backpropagates = spec.backpropagate();
    forgetting = spec.forgetting();
    Source source = build.joined();
    numbers = source.signal();
    categories = source.categories();
    width = numbers.map(Signal::width).orElse(0);
    long columns = width + categories.map(Categories::size).orElse(0L);
    if (columns > INPUTS_MAX) {
      throw new IllegalArgumentException(
          ("layer '%s' reads at most %,d columns, of which an event costs the square, columns=%,d;"
                  + " each category is a column: take fewer, or put a dense layer or an embedding"
                  + " before it")
              .formatted(name, INPUTS_MAX, columns));
    }
    inputs = (int) columns;
    runs = categories.map(Categories::runs).orElseGet(() -> new Categories.Run[0]);
    units = spec.units();
    regression =
        new RecursiveLeastSquares(
            new LeastSquaresSpec(
                inputs, units, spec.useBias(), spec.ridge(), spec.forgetting(), spec.windUpLimit()),
            build.kernels().matrices());
    rows = new float[Math.multiplyExact(build.maxRows(), inputs)];
    trainingRow = new float[inputs];
    moments = new double[1 + 2 * units];
    nextMoments = new double[moments.length];
    workspace = build.workspace();
  }

  @Override
  public List<StateArray> ownState(String prefix) {
    List<StateArray> state = new ArrayList<>(regression.state(prefix + name));
    state.add(StateArray.of(prefix + name + "/target_moments", moments));
    return state;
  }

  @Override
  public void reset() {
    regression.reset();
    Arrays.fill(moments, 0);
  }

  /** Whether the layers before it learn through it. */
  public boolean backpropagates() {
    return backpropagates;
  }

  // x [rows][inputs], W [inputs][units], b [units]; y [rows][units]
  @Override
  public void forward(float[] parameters, int count, Pass pass) {
    float[] y = output().values();
    for (int row = 0; row < count; row++) {
      if (pass.training()) { // what will be learned is what was predicted
        gather(row, trainingRow, 0);
        regression.predict(trainingRow, 0, y, row * units);
      } else {
        gather(row, rows, row * inputs);
        regression.predict(rows, row * inputs, y, row * units);
      }
    }
  }

  /** Writes a row of x, the numbers and then a column for each category. */
  private void gather(int row, float[] to, int at) {
    if (numbers.isPresent()) {
      Signal x = numbers.get();
      System.arraycopy(x.values(), x.offset() + row * width, to, at, width);
    }
    if (categories.isPresent()) {
      Arrays.fill(to, at + width, at + inputs, 0f);
      Entries entries = categories.get().inputs().entries();
      int entryRow = categories.get().inputs().firstRow() + row;
      for (Categories.Run run : runs) {
        int end = entries.end(entryRow, run.last());
        for (int e = entries.start(entryRow, run.first()); e < end; e++) {
          to[at + width + run.shift() + entries.index(e)] += entries.weight(e);
        }
      }
    }
  }

  // dy [rows][units]; dx [rows][numbers] = dy·Wᵀ
  @Override
  public void backward(float[] parameters, int count) {
    if (numbers.isEmpty() || !numbers.get().isWanted()) {
      return;
    }
    float[] dx = numbers.get().gradientPart(workspace.part);
    for (int row = 0; row < count; row++) {
      for (int i = 0; i < width; i++) {
        dx[row * width + i] = regression.slope(i, output().gradient(), row * units);
      }
    }
    numbers.get().takeGradientPart(dx, count);
  }

  @Override
  public void addEntryGradients(float[] parameters, int count, float[] gradient) {
    if (categories.isEmpty()) {
      return;
    }
    Entries entries = categories.get().inputs().entries();
    int first = categories.get().inputs().firstRow();
    int base = entries.start(first, 0);
    for (int row = 0; row < count; row++) {
      for (Categories.Run run : runs) {
        int end = entries.end(first + row, run.last());
        for (int e = entries.start(first + row, run.first()); e < end; e++) {
          int input = width + run.shift() + entries.index(e);
          gradient[e - base] += regression.slope(input, output().gradient(), row * units);
        }
      }
    }
  }

  /**
   * Prepares a step of the rows of the last inference; no state changes.
   *
   * @param targets [rows][units] from targetOffset
   * @param weights [rows] from weightOffset; null if all are 1
   * @return false if a row cannot be learned, because a number of it is not finite or its weight is
   *     beyond {@link RecursiveLeastSquares#SAMPLE_WEIGHT_MAX}
   */
  public boolean prepare(
      float[] targets, int targetOffset, float[] weights, int weightOffset, int count) {
    System.arraycopy(moments, 0, nextMoments, 0, moments.length);
    for (int row = 0; row < count; row++) {
      double weight = weight(weights, weightOffset + row);
      int target = targetOffset + row * units;
      if (weight > RecursiveLeastSquares.SAMPLE_WEIGHT_MAX
          || !RecursiveLeastSquares.allFinite(rows, row * inputs, inputs)
          || !RecursiveLeastSquares.allFinite(targets, target, units)) {
        return false;
      }
      addToMoments(targets, target, weight);
    }
    return true;
  }

  /** The weighted moments of Finch, 2009, older rows fading as they do in the regression. */
  private void addToMoments(float[] targets, int at, double weight) {
    double[] m = nextMoments;
    m[0] = forgetting * m[0] + weight;
    for (int j = 0; j < units; j++) {
      m[1 + units + j] *= forgetting;
      if (weight > 0) {
        double distance = targets[at + j] - m[1 + j];
        m[1 + j] += distance * (weight / m[0]);
        m[1 + units + j] += weight * distance * (targets[at + j] - m[1 + j]);
      }
    }
  }

  private static double weight(float[] weights, int index) {
    return weights == null ? 1 : weights[index];
  }

  /** Divides dy by the variance of the targets, those of the step prepared included. */
  public void standardizeGradient(int count) {
    float[] dy = output().gradient();
    for (int j = 0; j < units; j++) {
      double variance = nextMoments[1 + units + j] / nextMoments[0];
      if (variance > 0) { // not if all are equal, nor where nothing has a weight
        for (int at = j; at < count * units; at += units) {
          dy[at] = (float) (dy[at] / variance);
        }
      }
    }
  }

  /** Learns the rows that {@link #prepare} took, in their order. */
  public void learn(
      float[] targets, int targetOffset, float[] weights, int weightOffset, int count) {
    for (int row = 0; row < count; row++) {
      boolean learned =
          regression.update(
              rows,
              row * inputs,
              targets,
              targetOffset + row * units,
              weight(weights, weightOffset + row));
      assert learned : "a row that was prepared";
    }
    System.arraycopy(nextMoments, 0, moments, 0, moments.length);
  }
}
