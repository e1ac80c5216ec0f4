package dev.millrace.engine.layer;

import dev.millrace.engine.kernel.ActivationKernels;
import dev.millrace.engine.kernel.Workspace;

/** Applies an {@link Activation} to rows of sums, and takes its gradient back. */
final class Activations {
  private final Activation f;
  private final int width;
  private final ActivationKernels kernels;
  private final Workspace workspace;
  private boolean gradientIsOfSums;

  Activations(Activation f, int width, Build build) {
    this.f = f;
    this.width = width;
    kernels = build.kernels().activations();
    workspace = build.workspace();
  }

  Activation function() {
    return f;
  }

  /** Whether {@link #backward} gets dz already, as the losses that compute from sums hand it. */
  void takeGradientOfSums(boolean ofSums) {
    gradientIsOfSums = ofSums;
  }

  /** y = f(z), [rows][width]; y may be z if f is linear. */
  void forward(float[] z, float[] y, int rows) {
    int end = rows * width;
    switch (f) {
      case LINEAR -> copy(z, y, end);
      case RELU -> kernels.relu(z, y, 0, end);
      case LEAKY_RELU -> kernels.leakyRelu(z, y, 0, end);
      case RELU6 -> kernels.relu6(z, y, 0, end);
      case ELU -> kernels.elu(z, y, 0, end);
      case SELU -> kernels.selu(z, y, 0, end);
      case GELU -> kernels.gelu(z, y, 0, end);
      case SILU -> kernels.silu(z, y, 0, end);
      case SOFTPLUS -> kernels.softplus(z, y, 0, end);
      case SOFTSIGN -> kernels.softsign(z, y, 0, end);
      case SIGMOID -> kernels.sigmoid(z, y, 0, end);
      case HARD_SIGMOID -> kernels.hardSigmoid(z, y, 0, end);
      case TANH -> kernels.tanh(z, y, 0, end);
      case MISH -> kernels.mish(z, y, 0, end);
      case EXPONENTIAL -> kernels.exponential(z, y, 0, end);
      case SOFTMAX -> kernels.softmax(z, y, rows, width, workspace);
    }
  }

  /** dz = dy·f'(z), [rows][width]; dz may be dy. */
  void backward(float[] z, float[] y, float[] dy, float[] dz, int rows) {
    int end = rows * width;
    if (gradientIsOfSums) {
      copy(dy, dz, end);
      return;
    }
    switch (f) {
      case LINEAR -> copy(dy, dz, end);
      case RELU -> kernels.reluGradient(y, dy, dz, 0, end);
      case LEAKY_RELU -> kernels.leakyReluGradient(y, dy, dz, 0, end);
      case RELU6 -> kernels.relu6Gradient(y, dy, dz, 0, end);
      case ELU -> kernels.eluGradient(y, dy, dz, 0, end);
      case SELU -> kernels.seluGradient(y, dy, dz, 0, end);
      case GELU -> kernels.geluGradient(z, dy, dz, 0, end, workspace);
      case SILU -> kernels.siluGradient(z, y, dy, dz, 0, end);
      case SOFTPLUS -> kernels.softplusGradient(z, dy, dz, 0, end, workspace);
      case SOFTSIGN -> kernels.softsignGradient(z, dy, dz, 0, end);
      case SIGMOID -> kernels.sigmoidGradient(y, dy, dz, 0, end);
      case HARD_SIGMOID -> kernels.hardSigmoidGradient(y, dy, dz, 0, end);
      case TANH -> kernels.tanhGradient(y, dy, dz, 0, end);
      case MISH -> kernels.mishGradient(z, dy, dz, 0, end, workspace);
      case EXPONENTIAL -> kernels.exponentialGradient(y, dy, dz, 0, end);
      case SOFTMAX -> kernels.softmaxGradient(y, dy, dz, rows, width, workspace);
    }
  }

  private static void copy(float[] from, float[] to, int length) {
    if (from != to) {
      System.arraycopy(from, 0, to, 0, length);
    }
  }
}
