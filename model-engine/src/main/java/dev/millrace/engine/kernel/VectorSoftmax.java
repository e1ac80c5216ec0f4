package dev.millrace.engine.kernel;

import static dev.millrace.engine.kernel.VectorTiles.LENGTH;
import static dev.millrace.engine.kernel.VectorTiles.SPECIES;
import static jdk.incubator.vector.FloatVector.broadcast;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;

/**
 * The activations over rows, with the Vector API. Masks take the last columns of a row; exp goes
 * over all rows as one array, so that few columns fill its vectors as well as many.
 */
abstract class VectorSoftmax {
  // Turn the lanes of a vector by so many places.
  private static final VectorShuffle<Float> BY_8 = turn(8);
  private static final VectorShuffle<Float> BY_4 = turn(4);
  private static final VectorShuffle<Float> BY_2 = turn(2);
  private static final VectorShuffle<Float> BY_1 = turn(1);

  private static VectorShuffle<Float> turn(int places) {
    return VectorShuffle.iota(SPECIES, places % LENGTH, 1, true);
  }

  /** See {@link ActivationKernels#softmax}. */
  public void softmax(float[] z, float[] y, int rows, int columns, Workspace workspace) {
    int length = rows * columns;
    for (int start = 0; start < length; start += columns) {
      int end = start + columns;
      float max = max(z, start, end);
      for (int j = start; j < end; j++) {
        y[j] = z[j] - max;
      }
    }
    int body = SPECIES.loopBound(length);
    VectorElementary.exp(y, y, 0, body);
    for (int i = body; i < length; i++) {
      y[i] = Elementary.exp(y[i]);
    }
    for (int start = 0; start < length; start += columns) {
      int end = start + columns;
      float sum = sum(y, start, end);
      for (int j = start; j < end; j++) {
        y[j] /= sum;
      }
    }
  }

  /** See {@link ActivationKernels#softmaxGradient}. */
  public void softmaxGradient(
      float[] y, float[] dy, float[] dz, int rows, int columns, Workspace workspace) {
    float[] products = workspace.left;
    int length = rows * columns;
    for (int i = 0; i < length; i++) {
      products[i] = dy[i] * y[i];
    }
    for (int start = 0; start < length; start += columns) {
      int end = start + columns;
      float sum = sum(products, start, end);
      for (int j = start; j < end; j++) {
        dz[j] = y[j] * (dy[j] - sum);
      }
    }
  }

  /** The largest element that is a number; -Inf if none is. */
  private static float max(float[] z, int start, int end) {
    FloatVector max = broadcast(SPECIES, Float.NEGATIVE_INFINITY);
    for (int j = start; j < end; j += LENGTH) {
      VectorMask<Float> in = SPECIES.indexInRange(j, end);
      FloatVector x = FloatVector.fromArray(SPECIES, z, j, in);
      max = max.blend(x, x.compare(VectorOperators.GT, max).and(in));
    }
    return max.reduceLanes(VectorOperators.MAX);
  }

  /** The sum of a row in the order of {@link Lanes}, which 16 / LENGTH vectors hold. */
  private static float sum(float[] a, int start, int end) {
    FloatVector sum = FloatVector.zero(SPECIES);
    FloatVector from4 = sum; // lanes 4 to 7 where vectors have 4
    FloatVector from8 = sum; // from lane 8 on where they have 4 or 8
    FloatVector from12 = sum;
    for (int j = start; j < end; j += Lanes.WIDTH) {
      sum = sum.add(FloatVector.fromArray(SPECIES, a, j, SPECIES.indexInRange(j, end)));
      if (LENGTH <= 8) {
        VectorMask<Float> in = SPECIES.indexInRange(j + 8, end);
        from8 = from8.add(FloatVector.fromArray(SPECIES, a, j + 8, in));
      }
      if (LENGTH <= 4) {
        VectorMask<Float> in = SPECIES.indexInRange(j + 4, end);
        from4 = from4.add(FloatVector.fromArray(SPECIES, a, j + 4, in));
        in = SPECIES.indexInRange(j + 12, end);
        from12 = from12.add(FloatVector.fromArray(SPECIES, a, j + 12, in));
      }
    }
    // Each fold adds the lanes that far away; as addition commutes, every lane ends as lane 0 does.
    sum = LENGTH <= 8 ? sum.add(from8) : sum.add(sum.rearrange(BY_8));
    sum = LENGTH <= 4 ? sum.add(from4.add(from12)) : sum.add(sum.rearrange(BY_4));
    sum = sum.add(sum.rearrange(BY_2));
    return sum.add(sum.rearrange(BY_1)).lane(0);
  }
}
