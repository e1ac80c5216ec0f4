package dev.millrace.engine.layer;

import dev.millrace.engine.kernel.Workspace;

/** y = the product of its inputs, multiplied in their order. */
final class Multiply extends Layer {
  private final Signal[] inputs;
  private final Workspace workspace;

  Multiply(Build build) {
    super(build.output(build.signals()[0].width()));
    inputs = build.signalsOfOneWidth();
    workspace = build.workspace();
  }

  // x_i, y [rows][width]
  @Override
  public void forward(float[] parameters, int rows, Pass pass) {
    int length = rows * output().width();
    System.arraycopy(inputs[0].values(), inputs[0].offset(), output().values(), 0, length);
    for (int input = 1; input < inputs.length; input++) {
      multiply(output().values(), inputs[input], length);
    }
  }

  // dx_i = dy times the other inputs
  @Override
  public void backward(float[] parameters, int rows) {
    int length = rows * output().width();
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
