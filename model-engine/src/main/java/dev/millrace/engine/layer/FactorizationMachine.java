package dev.millrace.engine.layer;

import dev.millrace.engine.kernel.Kernels;
import dev.millrace.engine.kernel.Panels;
import dev.millrace.engine.kernel.Workspace;
import dev.millrace.engine.params.Initializer;
import dev.millrace.engine.params.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * y = Σ_{i<j} &lt;v_i, v_j&gt;·x_i·x_j over numbers x and weights of active entries, and a linear
 * term if wanted: Rendle, "Factorization Machines", ICDM 2010.
 *
 * <p>By lemma 3.1 that is ½·(|s|² - Σ_i x_i²·|v_i|²) with s = Σ_i x_i·v_i, so the cost follows the
 * numbers and the active entries. What numbers add to s, and the linear term, are those of dense
 * layers within it.
 */
final class FactorizationMachine extends Layer {
  private final int factors;
  private final Optional<Signal> x;
  private final Optional<Dense> ofNumbers; // x·V
  private final Tensor v; // of the numbers; null without any
  private final Optional<Table> table;
  private final Optional<Dense> linear;
  private final Kernels kernels;
  private final Workspace workspace;
  private final float[] s; // [rows][factors]
  private final float[] ds; // [rows][factors]
  private final float[] squares; // [numbers]: |v_i|²
  private final float[] own; // [numbers]: Σ dy·x_i²
  private final GradientSinkWithoutOwn withoutOwn = new GradientSinkWithoutOwn();
  private float[] parameters; // those of the backward pass

  FactorizationMachine(LayerSpec.FactorizationMachine spec, Build build) {
    super(build.output(1));
    factors = spec.factors();
    Source source = build.joined();
    x = source.signal();
    kernels = build.kernels();
    workspace = build.workspace();
    Initializer initializer = spec.factorsInitializer();
    ofNumbers =
        x.map(
            numbers ->
                dense(
                    factors, false, initializer, spec.l2(), "factors", Source.of(numbers), build));
    v = ofNumbers.map(dense -> dense.parameters().getFirst().tensor()).orElse(null);
    table =
        source
            .categories()
            .map(
                c ->
                    new Table(
                        build.table("factors/categories", c, factors, initializer, 0, spec.l2()),
                        c,
                        factors,
                        0,
                        kernels));
    linear =
        spec.linear()
            ? Optional.of(dense(1, true, Initializer.ZEROS, 0, "linear", source, build))
            : Optional.empty();
    Signal sums = ofNumbers.map(Layer::output).orElseGet(() -> build.output(factors));
    s = sums.values();
    ds = sums.gradient();
    squares = new float[x.map(Signal::width).orElse(0)];
    own = new float[squares.length];
  }

  private static Dense dense(
      int units,
      boolean useBias,
      Initializer initializer,
      double l2,
      String what,
      Source source,
      Build build) {
    return new Dense(
        new LayerSpec.Dense("", List.of(), units, Activation.LINEAR, useBias, initializer, 0, l2),
        build.part(what, source));
  }

  @Override
  public List<Parameter> parameters() {
    List<Parameter> all = new ArrayList<>();
    ofNumbers.ifPresent(dense -> all.addAll(dense.parameters()));
    table.ifPresent(t -> all.add(t.parameter()));
    linear.ifPresent(dense -> all.addAll(dense.parameters()));
    return all;
  }

  // x [rows][numbers], V [numbers or categories][factors]; s [rows][factors]; y [rows][1]
  @Override
  public void forward(float[] parameters, int rows, Pass pass) {
    if (ofNumbers.isPresent()) {
      ofNumbers.get().forward(parameters, rows, pass);
      squareFactors(parameters);
    } else {
      Arrays.fill(s, 0, rows * factors, 0f);
    }
    if (table.isPresent()) {
      table.get().addTo(s, rows, parameters);
    }
    if (linear.isPresent()) {
      linear.get().forward(parameters, rows, pass);
    }
    for (int row = 0; row < rows; row++) {
      float all = kernels.dot(s, row * factors, s, row * factors, factors, workspace);
      float y = 0.5f * (all - ownSquares(row, parameters));
      output().values()[row] = linear.isEmpty() ? y : y + linear.get().output().values()[row];
    }
  }

  private void squareFactors(float[] parameters) {
    Arrays.fill(squares, 0f);
    int at = v.offset();
    for (int panel = 0; panel < Panels.count(factors); panel++) {
      for (int i = 0; i < squares.length; i++) {
        for (int lane = 0; lane < Panels.WIDTH; lane++, at++) {
          squares[i] = Math.fma(parameters[at], parameters[at], squares[i]);
        }
      }
    }
  }

  private float ownSquares(int row, float[] parameters) {
    float sum = table.isPresent() ? table.get().squares(row, parameters, workspace) : 0f;
    for (int i = 0; i < squares.length; i++) {
      float number = number(row, i);
      sum = Math.fma(number * number, squares[i], sum);
    }
    return sum;
  }

  private float number(int row, int i) {
    return x.get().values()[x.get().offset() + row * squares.length + i];
  }

  // ds = dy·s; dx_i = <ds, v_i> - dy·x_i·|v_i|²
  @Override
  public void backward(float[] parameters, int rows) {
    this.parameters = parameters;
    float[] dy = output().gradient();
    for (int row = 0; row < rows; row++) {
      for (int i = row * factors; i < (row + 1) * factors; i++) {
        ds[i] = dy[row] * s[i];
      }
    }
    if (ofNumbers.isPresent()) {
      ofNumbers.get().backward(parameters, rows);
    }
    if (x.isPresent() && x.get().isWanted()) {
      float[] dx = x.get().gradientPart(workspace.part);
      for (int row = 0; row < rows; row++) {
        for (int i = 0; i < squares.length; i++) {
          dx[row * squares.length + i] = -dy[row] * (number(row, i) * squares[i]);
        }
      }
      x.get().takeGradientPart(dx, rows);
    }
    if (linear.isPresent()) {
      System.arraycopy(dy, 0, linear.get().output().gradient(), 0, rows);
      linear.get().backward(parameters, rows);
    }
  }

  // d weight = <ds, v> - dy·weight·|v|²
  @Override
  public void addEntryGradients(float[] parameters, int rows, float[] gradient) {
    if (table.isPresent()) {
      table.get().addEntryGradients(ds, parameters, gradient);
      table.get().subtractOwn(output().gradient(), parameters, gradient, workspace);
    }
    if (linear.isPresent()) {
      linear.get().addEntryGradients(parameters, rows, gradient);
    }
  }

  @Override
  public void visitCategory(int index, TableRow to) {
    table.ifPresent(t -> t.visitCategory(index, to));
    linear.ifPresent(dense -> dense.visitCategory(index, to));
  }

  @Override
  public void visitTableRows(int rows, Range range) {
    if (table.isPresent()) {
      table.get().visitRows(range);
    }
    if (linear.isPresent()) {
      linear.get().visitTableRows(rows, range);
    }
  }

  /** That of s and beside it rows times dy·x²·v. */
  @Override
  public double gradientBound(int rows) {
    double bound = linear.isPresent() ? linear.get().gradientBound(rows) : 0;
    float dyMax = kernels.maxMagnitude(output().gradient(), 0, rows);
    if (ofNumbers.isPresent()) {
      float vMax = kernels.maxMagnitude(parameters, v.offset(), v.length());
      float xMax = kernels.maxMagnitude(x.get().values(), x.get().offset(), rows * squares.length);
      double own = (double) rows * dyMax * xMax * xMax;
      bound = Math.max(bound, ofNumbers.get().gradientBound(rows) + Math.max(own, own * vMax));
    }
    if (table.isPresent()) {
      float dsMax = kernels.maxMagnitude(ds, 0, rows * factors);
      float vMax = table.get().maxMagnitude(parameters);
      bound = Math.max(bound, table.get().gradientBound(dsMax, dyMax * vMax));
    }
    return bound;
  }

  // dV_i = Σ ds·x_i - Σ dy·x_i²·v_i
  @Override
  public void parameterGradients(int rows, GradientSink sink) {
    float[] dy = output().gradient();
    if (ofNumbers.isPresent()) {
      Arrays.fill(own, 0f);
      for (int row = 0; row < rows; row++) {
        for (int i = 0; i < own.length; i++) {
          own[i] = Math.fma(dy[row], number(row, i) * number(row, i), own[i]);
        }
      }
      withoutOwn.next = sink;
      ofNumbers.get().parameterGradients(rows, withoutOwn);
    }
    if (table.isPresent()) {
      table.get().gradientsWithoutOwn(ds, dy, parameters, sink);
    }
    if (linear.isPresent()) {
      linear.get().parameterGradients(rows, sink);
    }
  }

  /** Takes from the gradient of the numbers' factors what a number would have with itself. */
  private final class GradientSinkWithoutOwn implements GradientSink {
    private GradientSink next;

    @Override
    public boolean isConcurrent() {
      return next.isConcurrent();
    }

    @Override
    public void accept(Parameter parameter, int at, float[] g, int gAt, int length) {
      int first = (at - v.offset()) / Panels.WIDTH % own.length;
      for (int i = 0; i < length; i++) {
        float factor = -own[first + i / Panels.WIDTH];
        g[gAt + i] = Math.fma(factor, parameters[at + i], g[gAt + i]);
      }
      next.accept(parameter, at, g, gAt, length);
    }

    @Override
    public void acceptRows(Parameter parameter, int[] rows, int count, float[] g) {
      throw new IllegalStateException("numbers have no table, tensor=" + v.name());
    }
  }
}
