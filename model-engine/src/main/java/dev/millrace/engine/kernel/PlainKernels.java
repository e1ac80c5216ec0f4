package dev.millrace.engine.kernel;

import java.util.Arrays;

/**
 * The kernels as simple loops: what they say is the definition of correct. Those over elements are
 * static as well, from an index on, and serve as the tails of the vector kernels.
 */
public final class PlainKernels implements Kernels {
  private final Updates updates = new PlainUpdates();

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
    for (int row = 0; row < rows; row++) {
      int yRow = row * outputs;
      System.arraycopy(parameters, shape.biasOffset(), y, yRow, outputs);
      for (int k = 0; k < inputs; k++) {
        float xk = x[xOffset + row * inputs + k];
        int w = shape.kernelOffset() + k * outputs;
        for (int j = 0; j < outputs; j++) {
          y[yRow + j] = Math.fma(xk, parameters[w + j], y[yRow + j]);
        }
      }
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
    for (int k = 0; k < inputs; k++) {
      int dw = shape.kernelOffset() + k * outputs;
      Arrays.fill(gradient, dw, dw + outputs, 0f);
      for (int row = 0; row < rows; row++) {
        float xk = x[xOffset + row * inputs + k];
        for (int j = 0; j < outputs; j++) {
          gradient[dw + j] = Math.fma(xk, dy[row * outputs + j], gradient[dw + j]);
        }
      }
    }
  }

  @Override
  public void biasGradient(DenseShape shape, float[] dy, float[] gradient, int rows) {
    int outputs = shape.outputs();
    int db = shape.biasOffset();
    Arrays.fill(gradient, db, db + outputs, 0f);
    for (int row = 0; row < rows; row++) {
      for (int j = 0; j < outputs; j++) {
        gradient[db + j] += dy[row * outputs + j];
      }
    }
  }

  @Override
  public void inputGradient(
      DenseShape shape, float[] dy, float[] parameters, float[] dx, int rows, Workspace workspace) {
    int inputs = shape.inputs();
    int outputs = shape.outputs();
    for (int row = 0; row < rows; row++) {
      for (int k = 0; k < inputs; k++) {
        int w = shape.kernelOffset() + k * outputs;
        float sum = 0f;
        for (int j = 0; j < outputs; j++) {
          sum = Math.fma(dy[row * outputs + j], parameters[w + j], sum);
        }
        dx[row * inputs + k] = sum;
      }
    }
  }

  @Override
  public void relu(float[] z, float[] y, int length) {
    relu(z, y, 0, length);
  }

  static void relu(float[] z, float[] y, int from, int to) {
    for (int i = from; i < to; i++) {
      y[i] = Math.max(z[i], 0f);
    }
  }

  @Override
  public void reluGradient(float[] y, float[] dy, float[] dz, int length) {
    reluGradient(y, dy, dz, 0, length);
  }

  static void reluGradient(float[] y, float[] dy, float[] dz, int from, int to) {
    for (int i = from; i < to; i++) {
      dz[i] = y[i] > 0 ? dy[i] : 0f;
    }
  }

  @Override
  public void sigmoid(float[] z, float[] y, int length) {
    sigmoid(z, y, 0, length);
  }

  static void sigmoid(float[] z, float[] y, int from, int to) {
    for (int i = from; i < to; i++) {
      y[i] = Elementary.sigmoid(z[i]);
    }
  }

  @Override
  public void sigmoidGradient(float[] y, float[] dy, float[] dz, int length) {
    sigmoidGradient(y, dy, dz, 0, length);
  }

  static void sigmoidGradient(float[] y, float[] dy, float[] dz, int from, int to) {
    for (int i = from; i < to; i++) {
      dz[i] = dy[i] * (y[i] * (1f - y[i]));
    }
  }

  @Override
  public void tanh(float[] z, float[] y, int length) {
    tanh(z, y, 0, length);
  }

  static void tanh(float[] z, float[] y, int from, int to) {
    for (int i = from; i < to; i++) {
      y[i] = Elementary.tanh(z[i]);
    }
  }

  @Override
  public void tanhGradient(float[] y, float[] dy, float[] dz, int length) {
    tanhGradient(y, dy, dz, 0, length);
  }

  static void tanhGradient(float[] y, float[] dy, float[] dz, int from, int to) {
    for (int i = from; i < to; i++) {
      dz[i] = dy[i] * Math.fma(-y[i], y[i], 1f);
    }
  }

  @Override
  public void softmax(float[] z, float[] y, int rows, int columns, Workspace workspace) {
    for (int row = 0; row < rows; row++) {
      int start = row * columns;
      float max = Float.NEGATIVE_INFINITY;
      for (int j = start; j < start + columns; j++) {
        max = Math.max(max, z[j]);
      }
      for (int j = start; j < start + columns; j++) {
        y[j] = Elementary.exp(z[j] - max);
      }
      float sum = sum(y, start, columns, workspace.lanes);
      for (int j = start; j < start + columns; j++) {
        y[j] /= sum;
      }
    }
  }

  @Override
  public void softmaxGradient(
      float[] y, float[] dy, float[] dz, int rows, int columns, Workspace workspace) {
    for (int row = 0; row < rows; row++) {
      int start = row * columns;
      float[] lanes = workspace.lanes;
      Arrays.fill(lanes, 0f);
      for (int j = 0; j < columns; j++) {
        lanes[j % Lanes.WIDTH] += dy[start + j] * y[start + j];
      }
      float sum = Lanes.fold(lanes);
      for (int j = start; j < start + columns; j++) {
        dz[j] = y[j] * (dy[j] - sum);
      }
    }
  }

  static float sum(float[] a, int start, int length, float[] lanes) {
    Arrays.fill(lanes, 0f);
    for (int i = 0; i < length; i++) {
      lanes[i % Lanes.WIDTH] += a[start + i];
    }
    return Lanes.fold(lanes);
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
    double inverse = 1.0 / count;
    for (int i = 0; i < columns; i++) {
      double delta = x[xOffset + i] - mean[statistic + i];
      double after = delta * inverse + mean[statistic + i];
      double rest = x[xOffset + i] - after;
      double squares = delta * rest + m2[statistic + i];
      mean[statistic + i] = after;
      m2[statistic + i] = squares;
      double variance = squares * inverse;
      double z = Math.min(Math.max(rest / Math.sqrt(variance), -clip), clip);
      y[yOffset + i] = variance > 0 ? (float) z : 0f;
    }
  }

  @Override
  public boolean allWithin(float[] a, int length, float bound) {
    for (int i = 0; i < length; i++) {
      if (!(Math.abs(a[i]) <= bound)) {
        return false;
      }
    }
    return true;
  }
}
