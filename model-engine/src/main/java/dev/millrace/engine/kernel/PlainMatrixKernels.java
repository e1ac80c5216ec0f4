package dev.millrace.engine.kernel;

import java.util.Arrays;

/** The matrix kernels as simple loops: what they say is the definition of correct. */
final class PlainMatrixKernels implements MatrixKernels {
  @Override
  public void addProduct(
      int rows, int inner, int columns, MatrixView a, MatrixView b, MatrixView c) {
    product(1, rows, inner, columns, a, b, c);
  }

  @Override
  public void subtractProduct(
      int rows, int inner, int columns, MatrixView a, MatrixView b, MatrixView c) {
    product(-1, rows, inner, columns, a, b, c);
  }

  private static void product(
      double sign, int rows, int inner, int columns, MatrixView a, MatrixView b, MatrixView c) {
    double[] right = b.array();
    double[] to = c.array();
    for (int i = 0; i < rows; i++) {
      int cRow = c.index(i, 0);
      for (int k = 0; k < inner; k++) {
        double aik = sign * a.array()[a.index(i, k)];
        int bRow = b.index(k, 0);
        for (int j = 0; j < columns; j++) {
          to[cRow + j] = Math.fma(aik, right[bRow + j], to[cRow + j]);
        }
      }
    }
  }

  @Override
  public void residual(
      int rows, int inner, int columns, MatrixView a, MatrixView x, MatrixView b, MatrixView r) {
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < columns; j++) {
        double sum = b.array()[b.index(i, j)];
        double error = 0;
        for (int k = 0; k < inner; k++) {
          double factor = -a.array()[a.index(i, k)];
          double xkj = x.array()[x.index(k, j)];
          double product = factor * xkj;
          double productError = Math.fma(factor, xkj, -product);
          double next = sum + product;
          double part = next - sum;
          double sumError = (sum - (next - part)) + (product - part);
          sum = next;
          error += productError + sumError;
        }
        r.array()[r.index(i, j)] = sum + error;
      }
    }
  }

  @Override
  public int update(UdFactor factor, double weight, double forgetting, double limit) {
    double[] b = factor.gain;
    Arrays.fill(b, 0);
    double alpha = forgetting;
    int cut = 0;
    int column = 0;
    for (int j = 0; j < factor.size(); j++) {
      int rows = UdFactor.rows(j);
      double f = dot(factor.u, column, factor.x, rows, factor.lanes);
      double g = weight * factor.d[j] * f;
      double next = Math.fma(f, g, alpha);
      if (f != 0) {
        join(factor.u, column, b, rows, -f / alpha, g);
      }
      double inflated = factor.d[j] * (alpha / next) / forgetting;
      boolean over = inflated > limit;
      factor.d[j] = over ? limit : inflated;
      cut += over ? 1 : 0;
      alpha = next;
      column += rows;
    }
    for (int i = 0; i < factor.size(); i++) {
      b[i] /= alpha;
    }
    return cut;
  }

  private static double dot(double[] u, int column, double[] x, int rows, double[] lanes) {
    Arrays.fill(lanes, 0);
    for (int i = 0; i < rows; i += Lanes.WIDTH) {
      for (int lane = 0; lane < Lanes.WIDTH; lane++) {
        lanes[lane] = Math.fma(u[column + i + lane], x[i + lane], lanes[lane]);
      }
    }
    return Lanes.fold(lanes);
  }

  /** The column becomes u + ratio·b, and b becomes b + g·u with the old u. */
  private static void join(double[] u, int column, double[] b, int rows, double ratio, double g) {
    for (int i = 0; i < rows; i++) {
      double old = u[column + i];
      u[column + i] = Math.fma(ratio, b[i], old);
      b[i] = Math.fma(g, old, b[i]);
    }
  }
}
