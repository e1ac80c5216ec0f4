package dev.millrace.engine.loss;

import dev.millrace.engine.layer.Activation;

/**
 * The loss of each row, and the gradient of their mean over the batch, as Keras' {@code
 * sum_over_batch_size}.
 *
 * <p>The cross-entropies are joined with the activation that they need: they compute from the sums
 * z before it, which neither overflows nor takes the logarithm of a rounded 0.
 */
public sealed interface LossFunction
    permits CategoricalCrossentropy, BinaryCrossentropy, MeanSquaredError {
  /**
   * The loss behind an output layer.
   *
   * @throws IllegalArgumentException if the output layer's activation or width does not fit
   */
  static LossFunction of(Loss loss, Activation output, int outputs) {
    return switch (loss) {
      case CATEGORICAL_CROSSENTROPY -> {
        need(loss, Activation.SOFTMAX, output);
        if (outputs < 2) {
          throw new IllegalArgumentException(
              loss + " needs at least 2 outputs, one a class, outputs=" + outputs);
        }
        yield new CategoricalCrossentropy(outputs);
      }
      case BINARY_CROSSENTROPY -> {
        need(loss, Activation.SIGMOID, output);
        yield new BinaryCrossentropy(outputs);
      }
      case MEAN_SQUARED_ERROR -> new MeanSquaredError(outputs);
    };
  }

  private static void need(Loss loss, Activation needed, Activation output) {
    if (output != needed) {
      throw new IllegalArgumentException(
          loss + " needs an output layer with activation " + needed + ", activation=" + output);
    }
  }

  /** How many floats of targets a row has. */
  int targetsPerRow();

  /** Whether {@link #gradient} is that of the sums z, and not of the outputs y. */
  boolean fromSums();

  /**
   * The loss of each row.
   *
   * @param z the output layer's sums [rows][outputs]
   * @param y its outputs [rows][outputs]
   * @param targets [rows][targetsPerRow] from targetOffset
   * @throws IllegalArgumentException if a target is not one that the loss can have
   */
  void losses(float[] z, float[] y, float[] targets, int targetOffset, int rows, float[] losses);

  /** The gradient of the mean loss by z or y, as {@link #fromSums} says, [rows][outputs]. */
  void gradient(float[] y, float[] targets, int targetOffset, int rows, float[] gradient);
}
