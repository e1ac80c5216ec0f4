package dev.millrace.engine.loss;

/** -Σ t·log softmax(z) over the classes. */
record CategoricalCrossentropy(ClassTargets classes) implements LossFunction {
  @Override
  public int targetsPerRow() {
    return classes.perRow();
  }

  @Override
  public boolean fromSums() {
    return true;
  }

  // loss = Σ t·(log Σ exp(z - max) - (z - max)); a target of 0 adds nothing, however small its
  // probability is
  @Override
  public void losses(
      float[] z, float[] y, float[] targets, int targetOffset, int rows, float[] losses) {
    int outputs = classes.outputs();
    for (int row = 0; row < rows; row++) {
      classes.check(targets, targetOffset, row);
      int start = row * outputs;
      int largest = LogSumExp.largest(z, start, outputs);
      float logOfSum = LogSumExp.log(LogSumExp.others(z, start, outputs, largest));
      float loss = 0f;
      for (int j = 0; j < outputs; j++) {
        float t = classes.of(targets, targetOffset, row, j);
        loss += t == 0f ? 0f : t * (logOfSum - (z[start + j] - z[largest]));
      }
      losses[row] = loss;
    }
  }

  // dz = (y·Σt - t)·weight / rows
  @Override
  public void gradient(
      float[] z,
      float[] y,
      float[] targets,
      int targetOffset,
      float[] weights,
      int weightOffset,
      int rows,
      float[] gradient) {
    int outputs = classes.outputs();
    float share = 1f / rows;
    for (int row = 0; row < rows; row++) {
      float part = LossFunction.part(weights, weightOffset + row, share);
      int start = row * outputs;
      float sum = 0f;
      for (int j = 0; j < outputs; j++) {
        sum += classes.of(targets, targetOffset, row, j);
      }
      for (int j = 0; j < outputs; j++) {
        float t = classes.of(targets, targetOffset, row, j);
        gradient[start + j] = (y[start + j] * sum - t) * part;
      }
    }
  }
}
