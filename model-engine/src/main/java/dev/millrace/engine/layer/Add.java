package dev.millrace.engine.layer;

/** y = the sum of its inputs, added in their order. */
final class Add extends Layer {
  private final Signal[] inputs;

  Add(Build build) {
    super(build.output(build.signals()[0].width()));
    inputs = build.signalsOfOneWidth();
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
  }

  @Override
  public void backward(float[] parameters, int rows) {
    for (Signal x : inputs) {
      if (x.isWanted()) {
        x.takeGradientPart(output().gradient(), rows);
      }
    }
  }
}
