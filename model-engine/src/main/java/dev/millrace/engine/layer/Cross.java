package dev.millrace.engine.layer;

import dev.millrace.engine.kernel.Workspace;
import dev.millrace.engine.params.Initializer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * y = x0⊙(W·x + b) + x, a cross layer of DCN-v2: Wang et al., "DCN V2: Improved Deep and Cross
 * Network", WWW 2021, equation 1; with a projection W = V·U, equation 2. The products are those of
 * dense layers within it.
 */
final class Cross extends Layer {
  private final Signal x0;
  private final Signal x;
  private final Optional<Dense> projection;
  private final Dense dense;
  private final Workspace workspace;

  Cross(LayerSpec.Cross spec, Build build) {
    Signal[] signals = signals(build);
    super(build.output(signals[0].width()));
    x0 = signals[0];
    x = signals[signals.length - 1];
    workspace = build.workspace();
    if (spec.projectionDim() == 0) {
      projection = Optional.empty();
      dense = new Dense(part(spec, x.width(), spec.useBias()), build.reading(Source.of(x)));
    } else {
      Dense down =
          new Dense(
              part(spec, spec.projectionDim(), false), build.part("projection", Source.of(x)));
      projection = Optional.of(down);
      dense =
          new Dense(part(spec, x.width(), spec.useBias()), build.reading(Source.of(down.output())));
    }
  }

  private static Signal[] signals(Build build) {
    if (build.sources().size() == 1) {
      return new Signal[] {build.signal()};
    }
    Signal[] signals = build.signalsOfOneWidth();
    if (signals.length > 2) {
      throw new IllegalArgumentException(
          "layer '%s' reads x0 and x, or one input as both, inputs=%d"
              .formatted(build.name(), signals.length));
    }
    return signals;
  }

  private static LayerSpec.Dense part(LayerSpec.Cross spec, int units, boolean useBias) {
    Initializer initializer = spec.kernelInitializer();
    return new LayerSpec.Dense(
        "", List.of(), units, Activation.LINEAR, useBias, initializer, 0, spec.l2());
  }

  @Override
  public List<Parameter> parameters() {
    List<Parameter> parameters = new ArrayList<>();
    projection.ifPresent(down -> parameters.addAll(down.parameters()));
    parameters.addAll(dense.parameters());
    return parameters;
  }

  // x0, x, y, p = W·x + b [rows][width]
  @Override
  public void forward(float[] parameters, int rows, Pass pass) {
    if (projection.isPresent()) {
      projection.get().forward(parameters, rows, pass);
    }
    dense.forward(parameters, rows, pass);
    float[] p = dense.output().values();
    float[] y = output().values();
    int length = rows * output().width();
    for (int i = 0; i < length; i++) {
      y[i] = Math.fma(x0.values()[x0.offset() + i], p[i], x.values()[x.offset() + i]);
    }
  }

  // dp = dy⊙x0; dx0 = dy⊙p; dx = dy + dp·Wᵀ
  @Override
  public void backward(float[] parameters, int rows) {
    float[] dy = output().gradient();
    multiply(dy, x0.values(), x0.offset(), dense.output().gradient(), rows);
    if (x0.isWanted()) {
      float[] dx0 = x0.gradientPart(workspace.part);
      multiply(dy, dense.output().values(), 0, dx0, rows);
      x0.takeGradientPart(dx0, rows);
    }
    if (x.isWanted()) {
      x.takeGradientPart(dy, rows);
    }
    if (projection.isPresent()) {
      Dense down = projection.get();
      down.output().clearGradient();
      dense.backward(parameters, rows);
      down.backward(parameters, rows);
    } else {
      dense.backward(parameters, rows);
    }
  }

  private void multiply(float[] a, float[] b, int bAt, float[] product, int rows) {
    int length = rows * output().width();
    for (int i = 0; i < length; i++) {
      product[i] = a[i] * b[bAt + i];
    }
  }

  @Override
  public double gradientBound(int rows) {
    double bound = dense.gradientBound(rows);
    return projection.isEmpty() ? bound : Math.max(bound, projection.get().gradientBound(rows));
  }

  @Override
  public void parameterGradients(int rows, GradientSink sink) {
    if (projection.isPresent()) {
      projection.get().parameterGradients(rows, sink);
    }
    dense.parameterGradients(rows, sink);
  }
}
