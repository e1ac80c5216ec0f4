package dev.millrace.engine.layer;

/** y = the largest of its inputs; the gradient goes to the first that is it. */
final class Maximum extends Merge {
  Maximum(Build build) {
    super(build);
  }

  // x_i, y [rows][width]
  @Override
  public void forward(float[] parameters, int rows, Pass pass) {
    float[] y = startWithFirst(rows);
    int length = length(rows);
    for (int input = 1; input < inputs.length; input++) {
      float[] x = inputs[input].values();
      int offset = inputs[input].offset();
      for (int i = 0; i < length; i++) {
        y[i] = Math.max(y[i], x[offset + i]);
      }
    }
  }

  @Override
  public void backward(float[] parameters, int rows) {
    float[] dy = output().gradient();
    int length = length(rows);
    for (int input = 0; input < inputs.length; input++) {
      Signal x = inputs[input];
      if (x.isWanted()) {
        float[] dx = x.gradientPart(workspace.part);
        for (int i = 0; i < length; i++) {
          dx[i] = isFirstLargest(input, i) ? dy[i] : 0f;
        }
        x.takeGradientPart(dx, rows);
      }
    }
  }

  private boolean isFirstLargest(int input, int i) {
    float largest = output().values()[i];
    for (int before = 0; before < input; before++) {
      if (inputs[before].values()[inputs[before].offset() + i] == largest) {
        return false;
      }
    }
    return inputs[input].values()[inputs[input].offset() + i] == largest;
  }
}
