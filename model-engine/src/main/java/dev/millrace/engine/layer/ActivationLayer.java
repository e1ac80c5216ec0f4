package dev.millrace.engine.layer;

import dev.millrace.engine.kernel.Workspace;

/** y = f(x), element by element or, for softmax, row by row. */
final class ActivationLayer extends Layer {
  private final Signal x;
  private final Activations f;
  private final Workspace workspace;
  private final float[] z; // [rows][width]; a layer's own array, or a copy of a caller's rows

  ActivationLayer(LayerSpec.ActivationLayer spec, Build build) {
    super(build.output(build.signal().width()));
    x = build.signal();
    f = new Activations(spec.activation(), x.width(), build);
    workspace = build.workspace();
    z = x.isOfLayer() ? x.values() : new float[output().values().length];
  }

  // x, y [rows][width]
  @Override
  public void forward(float[] parameters, int rows, Pass pass) {
    if (!x.isOfLayer()) {
      System.arraycopy(x.values(), x.offset(), z, 0, rows * x.width());
    }
    f.forward(z, output().values(), rows);
  }

  @Override
  public void backward(float[] parameters, int rows) {
    if (x.isWanted()) {
      float[] dx = x.gradientPart(workspace.part);
      f.backward(z, output().values(), output().gradient(), dx, rows);
      x.takeGradientPart(dx, rows);
    }
  }

  @Override
  public float[] sums() {
    return z;
  }

  @Override
  public Activation activation() {
    return f.function();
  }

  @Override
  public void takeGradientOfSums(boolean ofSums) {
    f.takeGradientOfSums(ofSums);
  }
}
