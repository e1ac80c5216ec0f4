package dev.millrace.engine.kernel;

import static dev.millrace.engine.kernel.VectorProducts.LENGTH;
import static dev.millrace.engine.kernel.VectorProducts.PANEL;
import static dev.millrace.engine.kernel.VectorProducts.SPECIES;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/**
 * The kernels with the Vector API, at the width the machine prefers. Those over elements have a
 * body of whole vectors, and the plain loop as their tail; products mask the last columns. Sums
 * over a row are those of the plain kernels.
 */
final class VectorKernels implements Kernels {
  private final Kernels plain = new PlainKernels();
  private final Updates updates = new VectorUpdates();

  /** Whether vectors here have at most the 16 lanes that {@link Workspace} has room for. */
  static boolean supported() {
    return LENGTH <= Lanes.WIDTH;
  }

  static int bits() {
    return SPECIES.vectorBitSize();
  }

  @Override
  public void forward(
      DenseShape shape,
      float[] x,
      int xOffset,
      float[] parameters,
      float[] y,
      int rows,
      Workspace workspace) {
    int inputs = shape.inputs();
    int outputs = shape.outputs();
    int w = shape.kernelOffset();
    int bias = shape.biasOffset();
    int blocks = rows / 4;
    packRows(x, xOffset, blocks, inputs, workspace.left);
    VectorProducts.blocks(
        workspace.left,
        blocks,
        inputs,
        parameters,
        w,
        parameters,
        bias,
        1,
        y,
        0,
        outputs,
        workspace.right);
    for (int row = 4 * blocks; row < rows; row++) {
      int from = xOffset + row * inputs;
      VectorProducts.row(
          x, from, 1, inputs, parameters, w, parameters, bias, 1, y, row * outputs, outputs);
    }
  }

  @Override
  public void weightGradient(
      DenseShape shape,
      float[] x,
      int xOffset,
      float[] dy,
      float[] gradient,
      int rows,
      Workspace workspace) {
    int inputs = shape.inputs();
    int outputs = shape.outputs();
    int dw = shape.kernelOffset();
    float[] zeros = workspace.zeros;
    int blocks = inputs / 4;
    packColumns(x, xOffset, blocks, inputs, rows, workspace.left);
    VectorProducts.blocks(
        workspace.left, blocks, rows, dy, 0, zeros, 0, 0, gradient, dw, outputs, workspace.right);
    for (int k = 4 * blocks; k < inputs; k++) {
      int to = dw + k * outputs;
      VectorProducts.row(x, xOffset + k, inputs, rows, dy, 0, zeros, 0, 0, gradient, to, outputs);
    }
  }

  @Override
  public void biasGradient(DenseShape shape, float[] dy, float[] gradient, int rows) {
    int outputs = shape.outputs();
    int db = shape.biasOffset();
    for (int j = 0; j < outputs; j += LENGTH) {
      VectorMask<Float> mask = VectorProducts.first(outputs - j);
      FloatVector sum = FloatVector.zero(SPECIES);
      for (int row = 0; row < rows; row++) {
        sum = sum.add(FloatVector.fromArray(SPECIES, dy, row * outputs + j, mask));
      }
      sum.intoArray(gradient, db + j, mask);
    }
  }

  /** Transposes W by panels of columns, so that vectors run across the inputs. */
  @Override
  public void inputGradient(
      DenseShape shape, float[] dy, float[] parameters, float[] dx, int rows, Workspace workspace) {
    int inputs = shape.inputs();
    int outputs = shape.outputs();
    float[] left = workspace.left;
    float[] right = workspace.right;
    float[] zeros = workspace.zeros;
    int blocks = rows / 4;
    packRows(dy, 0, blocks, outputs, left);
    for (int k = 0; k < inputs; k += PANEL) {
      int width = Math.min(PANEL, inputs - k);
      transpose(parameters, shape.kernelOffset() + k * outputs, width, outputs, right);
      for (int block = 0; block < blocks && width == PANEL; block++) {
        int to = 4 * block * inputs + k;
        VectorProducts.tile4x2(
            left, 4 * block * outputs, outputs, right, 0, PANEL, zeros, 0, dx, to, inputs);
      }
      for (int lane = 0; lane < width; lane += LENGTH) {
        for (int row = width == PANEL ? 4 * blocks : 0; row < rows; row++) {
          VectorProducts.tile1x1(
              dy,
              row * outputs,
              1,
              outputs,
              right,
              lane,
              PANEL,
              zeros,
              0,
              dx,
              row * inputs + k + lane,
              width - lane);
        }
      }
    }
  }

  /** Rows of a as blocks [block][k][4]. */
  private static void packRows(float[] a, int offset, int blocks, int depth, float[] packed) {
    for (int block = 0; block < blocks; block++) {
      int row = offset + 4 * block * depth;
      int to = 4 * block * depth;
      for (int k = 0; k < depth; k++) {
        packed[to + 4 * k] = a[row + k];
        packed[to + 4 * k + 1] = a[row + depth + k];
        packed[to + 4 * k + 2] = a[row + 2 * depth + k];
        packed[to + 4 * k + 3] = a[row + 3 * depth + k];
      }
    }
  }

  /** Columns of a as blocks [block][row][4]. */
  private static void packColumns(
      float[] a, int offset, int blocks, int stride, int rows, float[] packed) {
    for (int row = 0; row < rows; row++) {
      int from = offset + row * stride;
      for (int block = 0; block < blocks; block++) {
        int to = 4 * (block * rows + row);
        packed[to] = a[from + 4 * block];
        packed[to + 1] = a[from + 4 * block + 1];
        packed[to + 2] = a[from + 4 * block + 2];
        packed[to + 3] = a[from + 4 * block + 3];
      }
    }
  }

  /** The rows of a, width of them, as columns [depth][PANEL]; the columns beyond are left. */
  private static void transpose(float[] a, int offset, int width, int depth, float[] transposed) {
    for (int column = 0; column < width; column++) {
      int from = offset + column * depth;
      for (int j = 0; j < depth; j++) {
        transposed[j * PANEL + column] = a[from + j];
      }
    }
  }

  @Override
  public void relu(float[] z, float[] y, int length) {
    VectorActivations.relu(z, y, length);
  }

  @Override
  public void reluGradient(float[] y, float[] dy, float[] dz, int length) {
    VectorActivations.reluGradient(y, dy, dz, length);
  }

  @Override
  public void sigmoid(float[] z, float[] y, int length) {
    VectorActivations.sigmoid(z, y, length);
  }

  @Override
  public void sigmoidGradient(float[] y, float[] dy, float[] dz, int length) {
    VectorActivations.sigmoidGradient(y, dy, dz, length);
  }

  @Override
  public void tanh(float[] z, float[] y, int length) {
    VectorActivations.tanh(z, y, length);
  }

  @Override
  public void tanhGradient(float[] y, float[] dy, float[] dz, int length) {
    VectorActivations.tanhGradient(y, dy, dz, length);
  }

  @Override
  public void softmax(float[] z, float[] y, int rows, int columns, Workspace workspace) {
    VectorActivations.softmax(z, y, rows, columns, workspace.lanes);
  }

  @Override
  public void softmaxGradient(
      float[] y, float[] dy, float[] dz, int rows, int columns, Workspace workspace) {
    plain.softmaxGradient(y, dy, dz, rows, columns, workspace);
  }

  @Override
  public Updates updates() {
    return updates;
  }

  @Override
  public void standardize(
      float[] x,
      int xOffset,
      int columns,
      long count,
      double[] mean,
      double[] m2,
      int statistic,
      float clip,
      float[] y,
      int yOffset) {
    int done =
        VectorStandardize.body(x, xOffset, columns, count, mean, m2, statistic, clip, y, yOffset);
    plain.standardize(
        x,
        xOffset + done,
        columns - done,
        count,
        mean,
        m2,
        statistic + done,
        clip,
        y,
        yOffset + done);
  }

  @Override
  public boolean allWithin(float[] a, int length, float bound) {
    int body = SPECIES.loopBound(length);
    for (int i = 0; i < body; i += LENGTH) {
      VectorMask<Float> within =
          FloatVector.fromArray(SPECIES, a, i).abs().compare(VectorOperators.LE, bound);
      if (!within.allTrue()) {
        return false;
      }
    }
    for (int i = body; i < length; i++) {
      if (!(Math.abs(a[i]) <= bound)) {
        return false;
      }
    }
    return true;
  }
}
