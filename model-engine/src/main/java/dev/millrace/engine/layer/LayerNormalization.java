package dev.millrace.engine.layer;

import dev.millrace.engine.kernel.Kernels;
import dev.millrace.engine.kernel.Workspace;
import java.util.List;

/**
 * n = (x - mean) / sqrt(variance + epsilon) over the columns of each row; y = gamma·n + beta. Mean
 * and variance are sums in the order of {@link Kernels#sum}, so a row's result is its own.
 */
final class LayerNormalization extends Layer {
  private final Signal x;
  private final int width;
  private final float epsilon;
  private final GammaBeta gammaBeta;
  private final float[] n; // [rows][width]
  private final float[] inverses; // [rows]: 1 / sqrt(variance + epsilon)
  private final Kernels kernels;
  private final Workspace workspace;

  LayerNormalization(LayerSpec.LayerNormalization spec, Build build) {
    super(build.output(build.signal().width()));
    x = build.signal();
    width = x.width();
    epsilon = (float) spec.epsilon();
    gammaBeta = new GammaBeta(width, spec.scale(), spec.center(), build);
    n = new float[output().values().length];
    inverses = new float[build.maxRows()];
    kernels = build.kernels();
    workspace = build.workspace();
  }

  @Override
  public List<Parameter> parameters() {
    return gammaBeta.parameters();
  }

  // x, n, y [rows][width]; gamma, beta [width]
  @Override
  public void forward(float[] parameters, int rows, Pass pass) {
    for (int row = 0; row < rows; row++) {
      int at = row * width;
      inverses[row] = normalize(x.values(), x.offset() + at, at);
      gammaBeta.forward(parameters, n, output().values(), at);
    }
  }

  private float normalize(float[] values, int from, int at) {
    float mean = kernels.sum(values, from, width, workspace) / width;
    for (int j = 0; j < width; j++) {
      n[at + j] = values[from + j] - mean;
    }
    float variance = kernels.dot(n, at, n, at, width, workspace) / width;
    float inverse = 1f / (float) Math.sqrt(variance + epsilon);
    for (int j = 0; j < width; j++) {
      n[at + j] *= inverse;
    }
    return inverse;
  }

  // dn = gamma·dy; dx = (dn - mean(dn) - n·mean(dn·n)) / sqrt(variance + epsilon)
  @Override
  public void backward(float[] parameters, int rows) {
    if (!x.isWanted()) {
      return;
    }
    float[] dx = x.gradientPart(workspace.part);
    for (int row = 0; row < rows; row++) {
      int at = row * width;
      gammaBeta.backward(parameters, output().gradient(), dx, at);
      float mean = kernels.sum(dx, at, width, workspace) / width;
      float along = kernels.dot(dx, at, n, at, width, workspace) / width;
      for (int j = at; j < at + width; j++) {
        dx[j] = Math.fma(-along, n[j], dx[j] - mean) * inverses[row];
      }
    }
    x.takeGradientPart(dx, rows);
  }

  @Override
  public double gradientBound(int rows) {
    return gammaBeta.gradientBound(output().gradient(), n, rows);
  }

  @Override
  public void parameterGradients(int rows, GradientSink sink) {
    gammaBeta.gradients(output().gradient(), n, rows, sink);
  }
}
