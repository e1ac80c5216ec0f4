package dev.millrace.engine.kernel;

import static dev.millrace.engine.kernel.VectorTiles.LENGTH;
import static dev.millrace.engine.kernel.VectorTiles.SPECIES;

import jdk.incubator.vector.FloatVector;

/**
 * Sums in the order of {@link Lanes}, as many of the 16 lanes at a time as a vector holds. The last
 * elements, fewer than 16, join their lanes one by one.
 */
final class VectorSums {
  private VectorSums() {}

  static float sum(float[] a, int at, int length, float[] lanes) {
    int body = length - length % Lanes.WIDTH;
    for (int lane = 0; lane < Lanes.WIDTH; lane += LENGTH) {
      FloatVector sum = FloatVector.zero(SPECIES);
      for (int i = lane; i < body; i += Lanes.WIDTH) {
        sum = sum.add(FloatVector.fromArray(SPECIES, a, at + i));
      }
      sum.intoArray(lanes, lane);
    }
    for (int i = body; i < length; i++) {
      lanes[i - body] += a[at + i];
    }
    return Lanes.fold(lanes);
  }

  static float dot(float[] a, int aAt, float[] b, int bAt, int length, float[] lanes) {
    int body = length - length % Lanes.WIDTH;
    for (int lane = 0; lane < Lanes.WIDTH; lane += LENGTH) {
      FloatVector sum = FloatVector.zero(SPECIES);
      for (int i = lane; i < body; i += Lanes.WIDTH) {
        FloatVector left = FloatVector.fromArray(SPECIES, a, aAt + i);
        sum = left.fma(FloatVector.fromArray(SPECIES, b, bAt + i), sum);
      }
      sum.intoArray(lanes, lane);
    }
    for (int i = body; i < length; i++) {
      lanes[i - body] = Math.fma(a[aAt + i], b[bAt + i], lanes[i - body]);
    }
    return Lanes.fold(lanes);
  }
}
