package dev.millrace.engine.kernel;

import static dev.millrace.engine.kernel.VectorTiles.LENGTH;
import static dev.millrace.engine.kernel.VectorTiles.SPECIES;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * The kernels with the Vector API, at the width the machine prefers. Those over elements have a
 * body of whole vectors, and the plain loop as their tail.
 */
final class VectorKernels implements Kernels {
  private static final VectorSpecies<Integer> INTS = SPECIES.withLanes(int.class);

  private final Kernels plain = new PlainKernels();
  private final Products products = new VectorProducts();
  private final ActivationKernels activations = new VectorActivations();
  private final Updates updates = new VectorUpdates();
  private final ProductUpdates productUpdates = new VectorProductUpdates();
  private final MatrixKernels matrices = new VectorMatrixKernels();

  /** Whether vectors here have at most the 16 lanes that {@link Workspace} has room for. */
  static boolean supported() {
    return LENGTH <= Lanes.WIDTH;
  }

  static int bits() {
    return SPECIES.vectorBitSize();
  }

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
    FloatVector factor = FloatVector.broadcast(SPECIES, a);
    int body = SPECIES.loopBound(length);
    for (int i = 0; i < body; i += LENGTH) {
      FloatVector sum = FloatVector.fromArray(SPECIES, y, yAt + i);
      factor.fma(FloatVector.fromArray(SPECIES, x, xAt + i), sum).intoArray(y, yAt + i);
    }
    for (int i = body; i < length; i++) {
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
    int body = SPECIES.loopBound(length);
    for (int j = 0; j < body; j += LENGTH) {
      addRanges(a, index, from, to, x, xAt + j, stride, y, yAt + j);
    }
    for (int i = from; i < to && body < length; i++) {
      int at = xAt + index[i] * stride;
      for (int j = body; j < length; j++) {
        y[yAt + j] = Math.fma(a[i], x[at + j], y[yAt + j]);
      }
    }
  }

  /** A vector of each range; the sum stays in a register. */
  private static void addRanges(
      float[] a,
      int[] index,
      int from,
      int to,
      float[] x,
      int xAt,
      int stride,
      float[] y,
      int yAt) {
    FloatVector sum = FloatVector.fromArray(SPECIES, y, yAt);
    for (int i = from; i < to; i++) {
      FloatVector range = FloatVector.fromArray(SPECIES, x, xAt + index[i] * stride);
      sum = FloatVector.broadcast(SPECIES, a[i]).fma(range, sum);
    }
    sum.intoArray(y, yAt);
  }

  @Override
  public float sum(float[] a, int at, int length, Workspace workspace) {
    return VectorSums.sum(a, at, length, workspace.lanes);
  }

  @Override
  public float dot(float[] a, int aAt, float[] b, int bAt, int length, Workspace workspace) {
    return VectorSums.dot(a, aAt, b, bAt, length, workspace.lanes);
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
  public float maxMagnitude(float[] a, int at, int length) {
    if (length < LENGTH) {
      return plain.maxMagnitude(a, at, length);
    }
    IntVector largest = IntVector.zero(INTS); // as bits, of which those of NaN are the largest
    int end = at + SPECIES.loopBound(length);
    for (int i = at; i < end; i += LENGTH) {
      IntVector bits = FloatVector.fromArray(SPECIES, a, i).reinterpretAsInts();
      largest = largest.max(bits.and(Integer.MAX_VALUE));
    }
    float max = Float.intBitsToFloat(largest.reduceLanes(VectorOperators.MAX));
    for (int i = end; i < at + length; i++) {
      max = Math.max(max, Math.abs(a[i]));
    }
    return max;
  }
}
