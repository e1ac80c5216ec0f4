package dev.millrace.engine.layer;

/** y = the sum of its inputs, added in their order. */
final class Add extends Merge {
  Add(Build build) {
    super(build);
  }

  // x_i, y [rows][width]
  @Override
  public void forward(float[] parameters, int rows, Pass pass) {
    sum(rows);
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
