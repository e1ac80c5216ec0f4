package dev.millrace.engine.layer;

/** y = the product of its inputs, multiplied in their order. */
final class Multiply extends Merge {
  Multiply(Build build) {
    super(build);
  }

  // x_i, y [rows][width]
  @Override
  public void forward(float[] parameters, int rows, Pass pass) {
    float[] y = startWithFirst(rows);
    for (int input = 1; input < inputs.length; input++) {
      multiply(y, inputs[input], length(rows));
    }
  }

  // dx_i = dy times the other inputs
  @Override
  public void backward(float[] parameters, int rows) {
    int length = length(rows);
    for (int input = 0; input < inputs.length; input++) {
      Signal x = inputs[input];
      if (x.isWanted()) {
        float[] dx = x.gradientPart(workspace.part);
        System.arraycopy(output().gradient(), 0, dx, 0, length);
        for (int other = 0; other < inputs.length; other++) {
          if (other != input) {
            multiply(dx, inputs[other], length);
          }
        }
        x.takeGradientPart(dx, rows);
      }
    }
  }

  private static void multiply(float[] product, Signal factor, int length) {
    float[] x = factor.values();
    int offset = factor.offset();
    for (int i = 0; i < length; i++) {
      product[i] *= x[offset + i];
    }
  }
}
