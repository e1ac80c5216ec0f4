package dev.millrace.engine.kernel;

import static dev.millrace.engine.kernel.VectorProducts.LENGTH;
import static dev.millrace.engine.kernel.VectorProducts.SPECIES;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/**
 * The activations of the vector kernels, with the operations of {@link Elementary} in its order.
 *
 * <p>Those that need exp make a pass before it and one behind it over y. A method from vector to
 * vector would read better, but where the compiler does not inline it each vector becomes an
 * object.
 */
final class VectorActivations {
  private VectorActivations() {}

  /** y = exp(y) from start to end. */
  private static void exp(float[] y, int start, int end) {
    for (int i = start; i < end; i += LENGTH) {
      VectorMask<Float> mask = VectorProducts.first(end - i);
      FloatVector x = FloatVector.fromArray(SPECIES, y, i, mask);
      FloatVector shifted = x.fma(all(Elementary.LOG2_E), all(Elementary.ROUND));
      FloatVector whole = shifted.sub(Elementary.ROUND);
      FloatVector r = whole.fma(all(-Elementary.LN2_HIGH), x);
      r = whole.fma(all(-Elementary.LN2_LOW), r);
      FloatVector p = all(Elementary.E0).fma(r, all(Elementary.E1));
      p = p.fma(r, all(Elementary.E2));
      p = p.fma(r, all(Elementary.E3));
      p = p.fma(r, all(Elementary.E4));
      p = p.fma(r, all(Elementary.E5));
      p = p.fma(r.mul(r), r).add(1f);
      IntVector n = shifted.reinterpretAsInts().sub(Float.floatToRawIntBits(Elementary.ROUND));
      IntVector half = n.lanewise(VectorOperators.ASHR, 1);
      p = p.mul(half.add(127).lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats());
      p = p.mul(n.sub(half).add(127).lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats());
      p = p.blend(Float.POSITIVE_INFINITY, x.compare(VectorOperators.GT, Elementary.EXP_MAX));
      p = p.blend(0f, x.compare(VectorOperators.LT, Elementary.EXP_MIN));
      p.intoArray(y, i, mask);
    }
  }

  static void relu(float[] z, float[] y, int length) {
    for (int i = 0; i < length; i += LENGTH) {
      VectorMask<Float> mask = VectorProducts.first(length - i);
      FloatVector.fromArray(SPECIES, z, i, mask).max(0f).intoArray(y, i, mask);
    }
  }

  static void reluGradient(float[] y, float[] dy, float[] dz, int length) {
    for (int i = 0; i < length; i += LENGTH) {
      VectorMask<Float> mask = VectorProducts.first(length - i);
      FloatVector outputs = FloatVector.fromArray(SPECIES, y, i, mask);
      FloatVector gradient = FloatVector.fromArray(SPECIES, dy, i, mask);
      VectorMask<Float> off = outputs.compare(VectorOperators.GT, 0f).not();
      gradient.blend(0f, off).intoArray(dz, i, mask);
    }
  }

  static void sigmoid(float[] z, float[] y, int length) {
    for (int i = 0; i < length; i += LENGTH) {
      VectorMask<Float> mask = VectorProducts.first(length - i);
      FloatVector.fromArray(SPECIES, z, i, mask).abs().neg().intoArray(y, i, mask);
    }
    exp(y, 0, length);
    for (int i = 0; i < length; i += LENGTH) {
      VectorMask<Float> mask = VectorProducts.first(length - i);
      FloatVector x = FloatVector.fromArray(SPECIES, z, i, mask);
      FloatVector e = FloatVector.fromArray(SPECIES, y, i, mask);
      FloatVector numerator = all(1f).blend(e, x.compare(VectorOperators.LT, 0f));
      numerator.div(e.add(1f)).intoArray(y, i, mask);
    }
  }

  static void sigmoidGradient(float[] y, float[] dy, float[] dz, int length) {
    for (int i = 0; i < length; i += LENGTH) {
      VectorMask<Float> mask = VectorProducts.first(length - i);
      FloatVector outputs = FloatVector.fromArray(SPECIES, y, i, mask);
      FloatVector slope = outputs.mul(all(1f).sub(outputs));
      FloatVector.fromArray(SPECIES, dy, i, mask).mul(slope).intoArray(dz, i, mask);
    }
  }

  static void tanh(float[] z, float[] y, int length) {
    for (int i = 0; i < length; i += LENGTH) {
      VectorMask<Float> mask = VectorProducts.first(length - i);
      FloatVector a = FloatVector.fromArray(SPECIES, z, i, mask).abs();
      a.add(a).intoArray(y, i, mask);
    }
    exp(y, 0, length);
    for (int i = 0; i < length; i += LENGTH) {
      VectorMask<Float> mask = VectorProducts.first(length - i);
      FloatVector x = FloatVector.fromArray(SPECIES, z, i, mask);
      FloatVector a = x.abs();
      FloatVector square = a.mul(a);
      FloatVector p = all(Elementary.T0).fma(square, all(Elementary.T1));
      p = p.fma(square, all(Elementary.T2));
      p = p.fma(square, all(Elementary.T3));
      p = p.fma(square, all(Elementary.T4));
      FloatVector small = p.mul(square).fma(a, a);
      FloatVector e = FloatVector.fromArray(SPECIES, y, i, mask);
      FloatVector large = all(1f).sub(all(2f).div(e.add(1f)));
      FloatVector t = large.blend(small, a.compare(VectorOperators.LT, Elementary.TANH_SMALL));
      IntVector sign = x.reinterpretAsInts().and(Integer.MIN_VALUE);
      t.reinterpretAsInts().or(sign).reinterpretAsFloats().intoArray(y, i, mask);
    }
  }

  static void tanhGradient(float[] y, float[] dy, float[] dz, int length) {
    for (int i = 0; i < length; i += LENGTH) {
      VectorMask<Float> mask = VectorProducts.first(length - i);
      FloatVector outputs = FloatVector.fromArray(SPECIES, y, i, mask);
      FloatVector slope = outputs.neg().fma(outputs, all(1f));
      FloatVector.fromArray(SPECIES, dy, i, mask).mul(slope).intoArray(dz, i, mask);
    }
  }

  static void softmax(float[] z, float[] y, int rows, int columns, float[] lanes) {
    for (int row = 0; row < rows; row++) {
      int start = row * columns;
      int end = start + columns;
      float max = Float.NEGATIVE_INFINITY;
      for (int j = start; j < end; j++) {
        max = Math.max(max, z[j]);
      }
      for (int j = start; j < end; j += LENGTH) {
        VectorMask<Float> mask = VectorProducts.first(end - j);
        FloatVector.fromArray(SPECIES, z, j, mask).sub(max).intoArray(y, j, mask);
      }
      exp(y, start, end);
      float sum = sum(y, start, columns, lanes);
      for (int j = start; j < end; j += LENGTH) {
        VectorMask<Float> mask = VectorProducts.first(end - j);
        FloatVector.fromArray(SPECIES, y, j, mask).div(sum).intoArray(y, j, mask);
      }
    }
  }

  private static float sum(float[] a, int start, int length, float[] lanes) {
    for (int lane = 0; lane < Lanes.WIDTH; lane += LENGTH) {
      FloatVector sum = FloatVector.zero(SPECIES);
      for (int i = lane; i < length; i += Lanes.WIDTH) {
        VectorMask<Float> mask = VectorProducts.first(length - i);
        sum = sum.add(FloatVector.fromArray(SPECIES, a, start + i, mask));
      }
      sum.intoArray(lanes, lane);
    }
    return Lanes.fold(lanes);
  }

  static void softmaxGradient(
      float[] y, float[] dy, float[] dz, int rows, int columns, float[] lanes) {
    for (int row = 0; row < rows; row++) {
      int start = row * columns;
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

  private static FloatVector all(float value) {
    return FloatVector.broadcast(SPECIES, value);
  }
}
