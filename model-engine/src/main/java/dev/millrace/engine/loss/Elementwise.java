package dev.millrace.engine.loss;

/**
 * A loss that compares each output with a target of its own; a row's loss is the mean over its
 * outputs. The call for each output is nothing beside the products of the layer that made it.
 */
sealed interface Elementwise extends LossFunction
    permits BinaryCrossentropy,
        BinaryFocalCrossentropy,
        Hinge,
        Huber,
        LogCosh,
        MeanAbsoluteError,
        MeanSquaredError,
        Poisson,
        Quantile,
        SquaredHinge {
  /** The width of a row. */
  int outputs();

  /**
   * The target as the loss takes it.
   *
   * @throws IllegalArgumentException if it is not one that the loss can have
   */
  default float target(float target) {
    return target;
  }

  /** The loss of one output: its sum z, its value y and its target t. */
  float loss(float z, float y, float t);

  /** The derivative of the loss by z or y, as {@link #fromSums} says. */
  float slope(float z, float y, float t);

  @Override
  default int targetsPerRow() {
    return outputs();
  }

  @Override
  default boolean fromSums() {
    return false;
  }

  @Override
  default void losses(
      float[] z, float[] y, float[] targets, int targetOffset, int rows, float[] losses) {
    int outputs = outputs();
    float share = 1f / outputs;
    for (int row = 0; row < rows; row++) {
      float sum = 0f;
      for (int j = row * outputs; j < (row + 1) * outputs; j++) {
        sum += loss(z[j], y[j], target(targets[targetOffset + j]));
      }
      losses[row] = sum * share;
    }
  }

  @Override
  default void gradient(
      float[] z,
      float[] y,
      float[] targets,
      int targetOffset,
      float[] weights,
      int weightOffset,
      int rows,
      float[] gradient) {
    int outputs = outputs();
    float share = 1f / ((float) outputs * rows);
    for (int row = 0; row < rows; row++) {
      float part = LossFunction.part(weights, weightOffset + row, share);
      for (int j = row * outputs; j < (row + 1) * outputs; j++) {
        gradient[j] = slope(z[j], y[j], target(targets[targetOffset + j])) * part;
      }
    }
  }
}
