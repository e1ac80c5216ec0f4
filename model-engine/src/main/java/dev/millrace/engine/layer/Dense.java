package dev.millrace.engine.layer;

import dev.millrace.engine.kernel.DenseShape;
import dev.millrace.engine.kernel.Kernels;
import dev.millrace.engine.kernel.Workspace;
import dev.millrace.engine.params.Tensor;

/**
 * y = f(x·W + b): a fully connected layer with its activation, Keras' {@code Dense}. Owns its
 * outputs and their gradients; the parameters lie in the model's flat array.
 */
public final class Dense {
  private final DenseShape shape;
  private final Activation activation;
  private final Kernels kernels;
  private final Workspace workspace;
  private final float[] z;
  private final float[] y;
  private final float[] dy;

  /**
   * @param kernel where W [inputs][units] lies
   * @param bias where b [units] lies
   * @param maxRows the most rows of a batch
   */
  public Dense(
      Tensor kernel,
      Tensor bias,
      Activation activation,
      int maxRows,
      Kernels kernels,
      Workspace workspace) {
    this.shape = new DenseShape(kernel.rows(), kernel.columns(), kernel.offset(), bias.offset());
    this.activation = activation;
    this.kernels = kernels;
    this.workspace = workspace;
    int most = Math.multiplyExact(maxRows, shape.outputs());
    this.z = new float[most];
    this.y = activation == Activation.LINEAR ? z : new float[most];
    this.dy = new float[most];
  }

  // x [rows][inputs] from xOffset, W [inputs][units], b [units]; z, y [rows][units]
  public void forward(float[] x, int xOffset, float[] parameters, int rows) {
    kernels.forward(shape, x, xOffset, parameters, z, rows, workspace);
    int length = rows * shape.outputs();
    switch (activation) {
      case LINEAR -> {}
      case RELU -> kernels.relu(z, y, length);
      case SIGMOID -> kernels.sigmoid(z, y, length);
      case TANH -> kernels.tanh(z, y, length);
      case EXPONENTIAL -> kernels.exponential(z, y, length);
      case SOFTMAX -> kernels.softmax(z, y, rows, shape.outputs(), workspace);
    }
  }

  // dy [rows][units] becomes dz; dW [inputs][units] and db [units] go into gradient, which has the
  // layout of the parameters
  public void backward(float[] x, int xOffset, float[] gradient, int rows) {
    activationGradient(rows);
    backwardFromSums(x, xOffset, gradient, rows);
  }

  /** As {@link #backward}, where {@link #outputGradient} holds dz already. */
  public void backwardFromSums(float[] x, int xOffset, float[] gradient, int rows) {
    kernels.weightGradient(shape, x, xOffset, dy, gradient, rows, workspace);
    kernels.biasGradient(shape, dy, gradient, rows);
  }

  /** dy becomes dz = dy·f'(z), in place. */
  public void activationGradient(int rows) {
    int length = rows * shape.outputs();
    switch (activation) {
      case LINEAR -> {}
      case RELU -> kernels.reluGradient(y, dy, dy, length);
      case SIGMOID -> kernels.sigmoidGradient(y, dy, dy, length);
      case TANH -> kernels.tanhGradient(y, dy, dy, length);
      case EXPONENTIAL -> kernels.exponentialGradient(y, dy, dy, length);
      case SOFTMAX -> kernels.softmaxGradient(y, dy, dy, rows, shape.outputs(), workspace);
    }
  }

  /** dx [rows][inputs] = dz·Wᵀ, after {@link #backward} or {@link #activationGradient}. */
  public void inputGradient(float[] parameters, float[] dx, int rows) {
    kernels.inputGradient(shape, dy, parameters, dx, rows, workspace);
  }

  /** The width of a row of y. */
  public int units() {
    return shape.outputs();
  }

  /** z [rows][units] of the last forward. */
  public float[] sums() {
    return z;
  }

  /** y [rows][units] of the last forward. */
  public float[] outputs() {
    return y;
  }

  /** dy [rows][units], to be written before {@link #backward}. */
  public float[] outputGradient() {
    return dy;
  }
}
