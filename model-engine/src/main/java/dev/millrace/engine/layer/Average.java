package dev.millrace.engine.layer;

import dev.millrace.engine.kernel.Workspace;

/** y = the mean of its inputs: their sum, added in their order, over how many they are. */
final class Average extends Layer {
  private final Signal[] inputs;
  private final Workspace workspace;

  Average(Build build) {
    super(build.output(build.signals()[0].width()));
    inputs = build.signalsOfOneWidth();
    workspace = build.workspace();
  }

  // x_i, y [rows][width]
  @Override
  public void forward(float[] parameters, int rows, Pass pass) {
    float[] y = output().values();
    int length = rows * output().width();
    System.arraycopy(inputs[0].values(), inputs[0].offset(), y, 0, length);
    for (int input = 1; input < inputs.length; input++) {
      float[] x = inputs[input].values();
      int offset = inputs[input].offset();
      for (int i = 0; i < length; i++) {
        y[i] += x[offset + i];
      }
    }
    for (int i = 0; i < length; i++) {
      y[i] /= inputs.length;
    }
  }

  @Override
  public void backward(float[] parameters, int rows) {
    float[] dy = output().gradient();
    int length = rows * output().width();
    for (Signal x : inputs) {
      if (x.isWanted()) {
        float[] dx = x.gradientPart(workspace.part);
        for (int i = 0; i < length; i++) {
          dx[i] = dy[i] / inputs.length;
        }
        x.takeGradientPart(dx, rows);
      }
    }
  }
}
