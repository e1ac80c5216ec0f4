package dev.millrace.engine.layer;

/** y = the mean of its inputs: their sum, added in their order, over how many they are. */
final class Average extends Merge {
  Average(Build build) {
    super(build);
  }

  // x_i, y [rows][width]
  @Override
  public void forward(float[] parameters, int rows, Pass pass) {
    float[] y = sum(rows);
    int length = length(rows);
    for (int i = 0; i < length; i++) {
      y[i] /= inputs.length;
    }
  }

  @Override
  public void backward(float[] parameters, int rows) {
    float[] dy = output().gradient();
    int length = length(rows);
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
