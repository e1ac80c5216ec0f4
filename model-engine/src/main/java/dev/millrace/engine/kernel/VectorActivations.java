package dev.millrace.engine.kernel;

import static dev.millrace.engine.kernel.VectorTiles.LENGTH;
import static dev.millrace.engine.kernel.VectorTiles.SPECIES;

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
    int body = start + SPECIES.loopBound(end - start);
    for (int i = start; i < body; i += LENGTH) {
      FloatVector x = FloatVector.fromArray(SPECIES, y, i);
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
      p.intoArray(y, i);
    }
    for (int i = body; i < end; i++) {
      y[i] = Elementary.exp(y[i]);
    }
  }

  static void relu(float[] z, float[] y, int length) {
    int body = SPECIES.loopBound(length);
    for (int i = 0; i < body; i += LENGTH) {
      FloatVector.fromArray(SPECIES, z, i).max(0f).intoArray(y, i);
    }
    PlainKernels.relu(z, y, body, length);
  }

  static void reluGradient(float[] y, float[] dy, float[] dz, int length) {
    int body = SPECIES.loopBound(length);
    for (int i = 0; i < body; i += LENGTH) {
      FloatVector outputs = FloatVector.fromArray(SPECIES, y, i);
      FloatVector gradient = FloatVector.fromArray(SPECIES, dy, i);
      VectorMask<Float> off = outputs.compare(VectorOperators.GT, 0f).not();
      gradient.blend(0f, off).intoArray(dz, i);
    }
    PlainKernels.reluGradient(y, dy, dz, body, length);
  }

  static void sigmoid(float[] z, float[] y, int length) {
    int body = SPECIES.loopBound(length);
    for (int i = 0; i < body; i += LENGTH) {
      FloatVector.fromArray(SPECIES, z, i).abs().neg().intoArray(y, i);
    }
    exp(y, 0, body);
    for (int i = 0; i < body; i += LENGTH) {
      FloatVector x = FloatVector.fromArray(SPECIES, z, i);
      FloatVector e = FloatVector.fromArray(SPECIES, y, i);
      FloatVector numerator = all(1f).blend(e, x.compare(VectorOperators.LT, 0f));
      numerator.div(e.add(1f)).intoArray(y, i);
    }
    PlainKernels.sigmoid(z, y, body, length);
  }

  static void sigmoidGradient(float[] y, float[] dy, float[] dz, int length) {
    int body = SPECIES.loopBound(length);
    for (int i = 0; i < body; i += LENGTH) {
      FloatVector outputs = FloatVector.fromArray(SPECIES, y, i);
      FloatVector slope = outputs.mul(all(1f).sub(outputs));
      FloatVector.fromArray(SPECIES, dy, i).mul(slope).intoArray(dz, i);
    }
    PlainKernels.sigmoidGradient(y, dy, dz, body, length);
  }

  static void tanh(float[] z, float[] y, int length) {
    int body = SPECIES.loopBound(length);
    for (int i = 0; i < body; i += LENGTH) {
      FloatVector a = FloatVector.fromArray(SPECIES, z, i).abs();
      a.add(a).intoArray(y, i);
    }
    exp(y, 0, body);
    for (int i = 0; i < body; i += LENGTH) {
      FloatVector x = FloatVector.fromArray(SPECIES, z, i);
      FloatVector a = x.abs();
      FloatVector square = a.mul(a);
      FloatVector p = all(Elementary.T0).fma(square, all(Elementary.T1));
      p = p.fma(square, all(Elementary.T2));
      p = p.fma(square, all(Elementary.T3));
      p = p.fma(square, all(Elementary.T4));
      FloatVector small = p.mul(square).fma(a, a);
      FloatVector e = FloatVector.fromArray(SPECIES, y, i);
      FloatVector large = all(1f).sub(all(2f).div(e.add(1f)));
      FloatVector t = large.blend(small, a.compare(VectorOperators.LT, Elementary.TANH_SMALL));
      IntVector sign = x.reinterpretAsInts().and(Integer.MIN_VALUE);
      t.reinterpretAsInts().or(sign).reinterpretAsFloats().intoArray(y, i);
    }
    PlainKernels.tanh(z, y, body, length);
  }

  static void tanhGradient(float[] y, float[] dy, float[] dz, int length) {
    int body = SPECIES.loopBound(length);
    for (int i = 0; i < body; i += LENGTH) {
      FloatVector outputs = FloatVector.fromArray(SPECIES, y, i);
      FloatVector slope = outputs.neg().fma(outputs, all(1f));
      FloatVector.fromArray(SPECIES, dy, i).mul(slope).intoArray(dz, i);
    }
    PlainKernels.tanhGradient(y, dy, dz, body, length);
  }

  static void exponential(float[] z, float[] y, int length) {
    System.arraycopy(z, 0, y, 0, length);
    exp(y, 0, length);
  }

  static void exponentialGradient(float[] y, float[] dy, float[] dz, int length) {
    int body = SPECIES.loopBound(length);
    for (int i = 0; i < body; i += LENGTH) {
      FloatVector outputs = FloatVector.fromArray(SPECIES, y, i);
      FloatVector.fromArray(SPECIES, dy, i).mul(outputs).intoArray(dz, i);
    }
    PlainKernels.exponentialGradient(y, dy, dz, body, length);
  }

  static void softmax(float[] z, float[] y, int rows, int columns, float[] lanes) {
    for (int row = 0; row < rows; row++) {
      int start = row * columns;
      int end = start + columns;
      float max = Float.NEGATIVE_INFINITY;
      for (int j = start; j < end; j++) {
        max = Math.max(max, z[j]);
      }
      for (int j = start; j < end; j++) {
        y[j] = z[j] - max;
      }
      exp(y, start, end);
      float sum = PlainKernels.sum(y, start, columns, lanes);
      for (int j = start; j < end; j++) {
        y[j] /= sum;
      }
    }
  }

  private static FloatVector all(float value) {
    return FloatVector.broadcast(SPECIES, value);
  }
}
