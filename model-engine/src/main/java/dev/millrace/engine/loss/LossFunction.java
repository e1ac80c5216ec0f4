package dev.millrace.engine.loss;

import dev.millrace.engine.layer.Activation;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The loss of each row, and the gradient of their weighted mean over the batch, Keras' {@code
 * sum_over_batch_size}: Σ weight·loss / rows. The divisor is the number of rows whatever the
 * weights are, so that a row of weight 2 teaches what two such rows would, of a batch of as many
 * rows as before, and a row of weight 0 teaches nothing.
 *
 * <p>Losses of probabilities are joined with the activation that they need: they compute from the
 * sums z before it, which neither overflows nor takes the logarithm of a rounded 0.
 *
 * <p>Everything is computed row by row and output by output in ascending order, by {@code
 * Elementary} and plain arithmetic: the bits do not depend on the kernels.
 */
public sealed interface LossFunction
    permits CategoricalCrossentropy, CategoricalFocalCrossentropy, Elementwise {
  /**
   * The loss behind an output layer.
   *
   * @throws IllegalArgumentException if the output layer's activation or width does not fit
   */
  static LossFunction of(LossSpec loss, Activation output, int outputs) {
    requireFitting(loss, output, outputs);
    return switch (loss.name()) {
      case "categorical_crossentropy" ->
          new CategoricalCrossentropy(ClassTargets.of(outputs, false, smoothing(loss)));
      case "sparse_categorical_crossentropy" ->
          new CategoricalCrossentropy(ClassTargets.of(outputs, true, smoothing(loss)));
      case "categorical_focal_crossentropy" ->
          new CategoricalFocalCrossentropy(
              ClassTargets.of(outputs, false, smoothing(loss)),
              (float) loss.get("alpha"),
              (float) loss.get("gamma"));
      case "binary_crossentropy" -> new BinaryCrossentropy(outputs, smoothing(loss));
      case "binary_focal_crossentropy" ->
          new BinaryFocalCrossentropy(
              outputs,
              loss.get("apply_class_balancing") == 1,
              (float) loss.get("alpha"),
              (float) loss.get("gamma"),
              smoothing(loss));
      case "hinge" -> new Hinge(outputs);
      case "squared_hinge" -> new SquaredHinge(outputs);
      case "mean_squared_error" -> new MeanSquaredError(outputs);
      case "mean_absolute_error" -> new MeanAbsoluteError(outputs);
      case "huber" -> new Huber(outputs, (float) loss.get("delta"));
      case "log_cosh" -> new LogCosh(outputs);
      case "quantile" -> new Quantile(outputs, (float) loss.get("quantile"));
      case "poisson" -> new Poisson(outputs, output == Activation.EXPONENTIAL);
      default -> throw new AssertionError(loss);
    };
  }

  private static float smoothing(LossSpec loss) {
    return (float) loss.get("label_smoothing");
  }

  private static void requireFitting(LossSpec loss, Activation output, int outputs) {
    List<Activation> fitting = loss.kind().activations();
    if (!fitting.contains(output)) {
      throw new IllegalArgumentException(
          loss.name()
              + " needs an output layer with activation "
              + fitting.stream().map(Activation::toString).collect(Collectors.joining(" or "))
              + ", activation="
              + output);
    }
    if (loss.kind() == LossSpec.Kind.CLASSES && outputs < 2) {
      throw new IllegalArgumentException(
          loss.name() + " needs at least 2 outputs, one a class, outputs=" + outputs);
    }
  }

  /** How many floats of targets a row has. */
  int targetsPerRow();

  /** Whether {@link #gradient} is that of the sums z, and not of the outputs y. */
  boolean fromSums();

  /**
   * The loss of each row, without weights.
   *
   * @param z the output layer's sums [rows][outputs]
   * @param y its outputs [rows][outputs]
   * @param targets [rows][targetsPerRow] from targetOffset
   * @throws IllegalArgumentException if a target is not one that the loss can have
   */
  void losses(float[] z, float[] y, float[] targets, int targetOffset, int rows, float[] losses);

  /**
   * Whether the loss of each row is finite.
   *
   * @param losses scratch for as many rows
   */
  default boolean areFinite(
      float[] z, float[] y, float[] targets, int targetOffset, int rows, float[] losses) {
    losses(z, y, targets, targetOffset, rows, losses);
    for (int row = 0; row < rows; row++) {
      if (!Float.isFinite(losses[row])) {
        return false;
      }
    }
    return true;
  }

  /**
   * The gradient of Σ weight·loss / rows by z or y, as {@link #fromSums} says, [rows][outputs].
   *
   * @param targets such as {@link #losses} takes
   * @param weights [rows] from weightOffset, each finite and at least 0; null if all are 1
   */
  void gradient(
      float[] z,
      float[] y,
      float[] targets,
      int targetOffset,
      float[] weights,
      int weightOffset,
      int rows,
      float[] gradient);

  /** The part that a row's slopes have in the gradient: weight·share, share being 1 / rows. */
  static float part(float[] weights, int index, float share) {
    return weights == null ? share : weights[index] * share;
  }
}
