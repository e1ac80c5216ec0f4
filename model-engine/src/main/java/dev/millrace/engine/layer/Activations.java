package dev.millrace.engine.layer;

import dev.millrace.engine.kernel.Kernels;
import dev.millrace.engine.kernel.Workspace;

/** Applies an {@link Activation} to rows of sums, and takes its gradient back. */
final class Activations {
  private Activations() {}

  /** y = f(z), [rows][width]. */
  static void forward(
      Activation f, float[] z, float[] y, int rows, int width, Kernels kernels, Workspace scratch) {
    int length = rows * width;
    switch (f) {
      case LINEAR -> {}
      case RELU -> kernels.relu(z, y, length);
      case SIGMOID -> kernels.sigmoid(z, y, length);
      case TANH -> kernels.tanh(z, y, length);
      case EXPONENTIAL -> kernels.exponential(z, y, length);
      case SOFTMAX -> kernels.softmax(z, y, rows, width, scratch);
    }
  }

  /** dz = dy·f'(z), [rows][width]; dz may be dy. */
  static void backward(
      Activation f,
      float[] z,
      float[] y,
      float[] dy,
      float[] dz,
      int rows,
      int width,
      Kernels kernels,
      Workspace scratch) {
    int length = rows * width;
    switch (f) {
      case LINEAR -> {
        if (dz != dy) {
          System.arraycopy(dy, 0, dz, 0, length);
        }
      }
      case RELU -> kernels.reluGradient(y, dy, dz, length);
      case SIGMOID -> kernels.sigmoidGradient(y, dy, dz, length);
      case TANH -> kernels.tanhGradient(y, dy, dz, length);
      case EXPONENTIAL -> kernels.exponentialGradient(y, dy, dz, length);
      case SOFTMAX -> kernels.softmaxGradient(y, dy, dz, rows, width, scratch);
    }
  }
}
