package dev.millrace.engine.layer;

import dev.millrace.engine.kernel.Workspace;
import java.util.Arrays;

/** y = its inputs side by side. */
final class Concatenate extends Layer {
  private final Signal[] inputs;
  private final Workspace workspace;

  Concatenate(Build build) {
    super(build.output(Arrays.stream(build.signals()).mapToInt(Signal::width).sum()));
    inputs = build.signals();
    workspace = build.workspace();
  }

  // x_i [rows][width_i]; y [rows][Σ width_i]
  @Override
  public void forward(float[] parameters, int rows, Pass pass) {
    int column = 0;
    for (Signal x : inputs) {
      for (int row = 0; row < rows; row++) {
        System.arraycopy(
            x.values(),
            x.offset() + row * x.width(),
            output().values(),
            row * output().width() + column,
            x.width());
      }
      column += x.width();
    }
  }

  @Override
  public void backward(float[] parameters, int rows) {
    int column = 0;
    for (Signal x : inputs) {
      if (x.isWanted()) {
        float[] dx = x.gradientPart(workspace.part);
        for (int row = 0; row < rows; row++) {
          System.arraycopy(
              output().gradient(), row * output().width() + column, dx, row * x.width(), x.width());
        }
        x.takeGradientPart(dx, rows);
      }
      column += x.width();
    }
  }
}
