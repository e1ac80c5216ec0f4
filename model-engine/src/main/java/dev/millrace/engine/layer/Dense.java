package dev.millrace.engine.layer;

import dev.millrace.engine.kernel.DenseShape;
import dev.millrace.engine.kernel.Kernels;
import dev.millrace.engine.kernel.Panels;
import dev.millrace.engine.kernel.ProductGradient;
import dev.millrace.engine.kernel.Workspace;
import dev.millrace.engine.params.Initializer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** y = f(x·W + b), and a row of a table for each active category beside x. */
final class Dense extends Layer {
  private static final int[] FIRST = {0};
  private static final float[] ONE = {1f};

  private final Optional<Signal> x;
  private final Optional<Table> table;
  private final Parameter kernel; // null without x
  private final Parameter bias; // null without one
  private final DenseShape shape;
  private final DenseProducts products; // null without x
  private final Activations activations;
  private final Kernels kernels;
  private final ProductGradient ofBias = new ProductGradient();
  private final Workspace workspace;
  private final float[] z; // [rows][units]; the output's array if the activation is linear

  Dense(LayerSpec.Dense spec, Build build) {
    super(build.output(spec.units()));
    Source source = build.onlySource();
    x = source.signal();
    int units = spec.units();
    int inputs = x.map(Signal::width).orElse(0);
    Initializer initializer = spec.kernelInitializer();
    kernel =
        x.isEmpty()
            ? null
            : build.panels("kernel", inputs, units, initializer, spec.l1(), spec.l2());
    table =
        source
            .categories()
            .map(
                c ->
                    new Table(
                        build.table("categories", c, units, initializer, spec.l1(), spec.l2()),
                        c,
                        units,
                        0,
                        build.kernels()));
    bias = spec.useBias() ? build.panels("bias", 1, units, Initializer.ZEROS) : null;
    shape =
        new DenseShape(
            inputs,
            units,
            kernel == null ? 0 : kernel.tensor().offset(),
            bias == null ? DenseShape.NO_BIAS : bias.tensor().offset());
    activations = new Activations(spec.activation(), units, build);
    kernels = build.kernels();
    workspace = build.workspace();
    workspace.reserve(build.maxRows(), inputs);
    products =
        x.map(in -> new DenseProducts(shape, kernel, in, kernels.products(), workspace))
            .orElse(null);
    if (spec.activation() == Activation.RELU) {
      output().zeroIsFlat();
    }
    float[] y = output().values();
    z = spec.activation() == Activation.LINEAR ? y : new float[y.length];
  }

  @Override
  public List<Parameter> parameters() {
    List<Parameter> parameters = new ArrayList<>();
    if (kernel != null) {
      parameters.add(kernel);
    }
    table.ifPresent(t -> parameters.add(t.parameter()));
    if (bias != null) {
      parameters.add(bias);
    }
    return parameters;
  }

  // x [rows][inputs], W [inputs][units], b [units]; z, y [rows][units]
  @Override
  public void forward(float[] parameters, int rows, Pass pass) {
    if (kernel != null) {
      products.forward(parameters, z, rows);
    } else {
      start(parameters, rows);
    }
    if (table.isPresent()) {
      table.get().addTo(z, rows, parameters);
    }
    activations.forward(z, output().values(), rows);
  }

  /** z = b, where there is no x. */
  private void start(float[] parameters, int rows) {
    int units = shape.outputs();
    for (int row = 0; row < rows; row++) {
      if (bias == null) {
        Arrays.fill(z, row * units, (row + 1) * units, 0f);
      } else {
        System.arraycopy(parameters, shape.biasOffset(), z, row * units, units);
      }
    }
  }

  // dy [rows][units] becomes dz; dx [rows][inputs] = dz·Wᵀ
  @Override
  public void backward(float[] parameters, int rows) {
    float[] dz = output().gradient();
    activations.backward(z, output().values(), dz, dz, rows);
    if (x.isPresent() && x.get().isWanted()) {
      float[] dx = x.get().gradientPart(workspace.part);
      products.inputGradient(parameters, dz, dx, rows);
      x.get().takeGradientPart(dx, rows);
    }
  }

  @Override
  public void addEntryGradients(float[] parameters, int rows, float[] gradient) {
    if (table.isPresent()) {
      table.get().addEntryGradients(output().gradient(), parameters, gradient);
    }
  }

  @Override
  public void visitCategory(int index, TableRow to) {
    table.ifPresent(t -> t.visitCategory(index, to));
  }

  @Override
  public void visitTableRows(int rows, Range range) {
    if (table.isPresent()) {
      table.get().visitRows(range);
    }
  }

  /** Each element of dW is a sum of at most rows products. */
  @Override
  public double gradientBound(int rows) {
    float dzMax = kernels.maxMagnitude(output().gradient(), 0, rows * shape.outputs());
    double bound = (double) rows * dzMax;
    if (kernel != null) {
      bound = Math.max(bound, bound * x.get().maxMagnitude(rows, kernels));
    }
    return table.isPresent() ? Math.max(bound, table.get().gradientBound(dzMax)) : bound;
  }

  @Override
  public float inputSquares(int rows) {
    float sum = kernel == null ? 0f : x.get().squares(rows, kernels, workspace);
    if (table.isPresent()) {
      sum += table.get().squares();
    }
    return sum / rows;
  }

  @Override
  public void parameterGradients(int rows, GradientSink sink) {
    float[] dz = output().gradient();
    float[] db = workspace.bias;
    if (rows == 1 && (kernel == null || products.isHandedOverAsProduct(sink))) {
      biasGradientOfOne(dz, db);
      if (kernel != null) {
        products.weightGradientOfOne(dz, db, sink);
      }
    } else {
      workspace.packPanels(dz, rows, shape.outputs());
      if (kernel != null) {
        products.weightGradient(rows, sink);
      }
      kernels.products().biasGradient(shape, rows, db, workspace);
    }
    if (table.isPresent()) {
      table.get().gradients(dz, sink);
    }
    if (bias == null) {
      return;
    }
    if (rows == 1 && shape.outputs() == 1 && sink.takesProducts(bias)) {
      sink.acceptProduct(bias, ofBias.begin(shape.biasOffset(), 1, FIRST, ONE, 1).of(dz, 0, 1));
    } else {
      sink.accept(bias, shape.biasOffset(), db, 0, Panels.padded(shape.outputs()));
    }
  }

  /** {@link dev.millrace.engine.kernel.Products#biasGradient} of one row. */
  private void biasGradientOfOne(float[] dz, float[] db) {
    int units = shape.outputs();
    for (int j = 0; j < units; j++) {
      db[j] = 0f + dz[j];
    }
    Arrays.fill(db, units, Panels.padded(units), 0f);
  }

  @Override
  public float[] sums() {
    return z;
  }

  @Override
  public Activation activation() {
    return activations.function();
  }

  @Override
  public void takeGradientOfSums(boolean ofSums) {
    activations.takeGradientOfSums(ofSums);
  }
}
