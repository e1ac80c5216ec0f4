package dev.millrace.engine.kernel;

import java.util.Arrays;

/**
 * The kernels as simple loops: what they say is the definition of correct. Those over elements
 * serve as the tails of the vector kernels.
 */
public final class PlainKernels implements Kernels {
  private final Products products = new PlainProducts();
  private final ActivationKernels activations = new PlainActivations();
  private final Updates updates = new PlainUpdates();
  private final ProductUpdates productUpdates = new PlainProductUpdates();
  private final MatrixKernels matrices = new PlainMatrixKernels();

  @Override
  public Products products() {
    return products;
  }

  @Override
  public MatrixKernels matrices() {
    return matrices;
  }

  @Override
  public ActivationKernels activations() {
    return activations;
  }

  @Override
  public Updates updates() {
    return updates;
  }

  @Override
  public ProductUpdates productUpdates() {
    return productUpdates;
  }

  @Override
  public void axpy(float a, float[] x, int xAt, float[] y, int yAt, int length) {
    for (int i = 0; i < length; i++) {
      y[yAt + i] = Math.fma(a, x[xAt + i], y[yAt + i]);
    }
  }

  @Override
  public void addRanges(
      float[] a,
      int[] index,
      int from,
      int to,
      float[] x,
      int xAt,
      int stride,
      float[] y,
      int yAt,
      int length) {
    for (int i = from; i < to; i++) {
      axpy(a[i], x, xAt + index[i] * stride, y, yAt, length);
    }
  }

  @Override
  public float sum(float[] a, int at, int length, Workspace workspace) {
    float[] lanes = workspace.lanes;
    Arrays.fill(lanes, 0f);
    for (int i = 0; i < length; i++) {
      lanes[i % Lanes.WIDTH] += a[at + i];
    }
    return Lanes.fold(lanes);
  }

  @Override
  public float dot(float[] a, int aAt, float[] b, int bAt, int length, Workspace workspace) {
    float[] lanes = workspace.lanes;
    Arrays.fill(lanes, 0f);
    for (int i = 0; i < length; i++) {
      int lane = i % Lanes.WIDTH;
      lanes[lane] = Math.fma(a[aAt + i], b[bAt + i], lanes[lane]);
    }
    return Lanes.fold(lanes);
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
  public float maxMagnitude(float[] a, int at, int length) {
    float max = 0f;
    for (int i = at; i < at + length; i++) {
      max = Math.max(max, Math.abs(a[i]));
    }
    return max;
  }
}
