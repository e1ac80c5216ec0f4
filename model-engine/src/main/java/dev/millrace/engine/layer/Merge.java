package dev.millrace.engine.layer;

import dev.millrace.engine.kernel.Workspace;

/** Several inputs of one width into one output of that width, element by element. */
abstract class Merge extends Layer {
  final Signal[] inputs; // x_i [rows][width]
  final Workspace workspace;

  Merge(Build build) {
    super(build.output(build.signals()[0].width()));
    inputs = build.signalsOfOneWidth();
    workspace = build.workspace();
  }

  /** Elements of so many rows. */
  final int length(int rows) {
    return rows * output().width();
  }

  /** y = the first input; returns y. */
  final float[] startWithFirst(int rows) {
    float[] y = output().values();
    System.arraycopy(inputs[0].values(), inputs[0].offset(), y, 0, length(rows));
    return y;
  }

  /** y = the sum of the inputs, added in their order. */
  final float[] sum(int rows) {
    float[] y = startWithFirst(rows);
    int length = length(rows);
    for (int input = 1; input < inputs.length; input++) {
      float[] x = inputs[input].values();
      int offset = inputs[input].offset();
      for (int i = 0; i < length; i++) {
        y[i] += x[offset + i];
      }
    }
    return y;
  }
}
