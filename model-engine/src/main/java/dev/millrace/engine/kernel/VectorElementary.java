package dev.millrace.engine.kernel;

import static dev.millrace.engine.kernel.VectorTiles.LENGTH;
import static dev.millrace.engine.kernel.VectorTiles.SPECIES;
import static jdk.incubator.vector.FloatVector.broadcast;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/**
 * {@link Elementary} over arrays, with its operations in its order, over whole vectors from an
 * index until another. Arrays may be the same.
 *
 * <p>Passes over memory cost less than they seem: an array of a layer's size lies in the cache. A
 * method from vector to vector would read better, but C2 stops inlining once the method it compiles
 * has 18,000 nodes (NodeCountInliningCutoff), which is some 40 vector operations; beyond it each
 * vector that leaves a method is an object, and the loop 2 to 5 times slower.
 */
final class VectorElementary {
  private VectorElementary() {}

  /** y = exp(x). */
  static void exp(float[] x, float[] y, int from, int to) {
    for (int i = from; i < to; i += LENGTH) {
      FloatVector a = FloatVector.fromArray(SPECIES, x, i);
      FloatVector shifted =
          a.fma(broadcast(SPECIES, Elementary.LOG2_E), broadcast(SPECIES, Elementary.ROUND));
      FloatVector whole = shifted.sub(Elementary.ROUND);
      FloatVector r = whole.fma(broadcast(SPECIES, -Elementary.LN2_HIGH), a);
      r = whole.fma(broadcast(SPECIES, -Elementary.LN2_LOW), r);
      FloatVector p = broadcast(SPECIES, Elementary.E0).fma(r, broadcast(SPECIES, Elementary.E1));
      p = p.fma(r, broadcast(SPECIES, Elementary.E2));
      p = p.fma(r, broadcast(SPECIES, Elementary.E3));
      p = p.fma(r, broadcast(SPECIES, Elementary.E4));
      p = p.fma(r, broadcast(SPECIES, Elementary.E5));
      p = p.fma(r.mul(r), r).add(1f);
      IntVector n = shifted.reinterpretAsInts().sub(Float.floatToRawIntBits(Elementary.ROUND));
      IntVector half = n.lanewise(VectorOperators.ASHR, 1);
      p = p.mul(half.add(127).lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats());
      p = p.mul(n.sub(half).add(127).lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats());
      p = p.blend(Float.POSITIVE_INFINITY, a.compare(VectorOperators.GT, Elementary.EXP_MAX));
      p.blend(0f, a.compare(VectorOperators.LT, Elementary.EXP_MIN)).intoArray(y, i);
    }
  }

  /** y = scale·x where x &gt; 0, else alpha·expm1(x). */
  static void linearOrExpm1(float[] x, float[] y, int from, int to, float scale, float alpha) {
    for (int i = from; i < to; i += LENGTH) {
      FloatVector a = FloatVector.fromArray(SPECIES, x, i);
      FloatVector limited = a.max(Elementary.EXPM1_MIN);
      FloatVector shifted =
          limited.fma(broadcast(SPECIES, Elementary.LOG2_E), broadcast(SPECIES, Elementary.ROUND));
      FloatVector whole = shifted.sub(Elementary.ROUND);
      FloatVector r = whole.fma(broadcast(SPECIES, -Elementary.LN2_HIGH), limited);
      r = whole.fma(broadcast(SPECIES, -Elementary.LN2_LOW), r);
      FloatVector p = broadcast(SPECIES, Elementary.E0).fma(r, broadcast(SPECIES, Elementary.E1));
      p = p.fma(r, broadcast(SPECIES, Elementary.E2));
      p = p.fma(r, broadcast(SPECIES, Elementary.E3));
      p = p.fma(r, broadcast(SPECIES, Elementary.E4));
      p = p.fma(r, broadcast(SPECIES, Elementary.E5));
      p = p.fma(r.mul(r), r);
      IntVector n = shifted.reinterpretAsInts().sub(Float.floatToRawIntBits(Elementary.ROUND));
      FloatVector power = n.add(127).lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats();
      FloatVector low = power.fma(p, power.sub(1f)).mul(alpha);
      low.blend(a.mul(scale), a.compare(VectorOperators.GT, 0f)).intoArray(y, i);
    }
  }

  /** y = log1p(x) for x in [0, 1]. */
  static void log1p(float[] x, float[] y, int from, int to) {
    for (int i = from; i < to; i += LENGTH) {
      FloatVector a = FloatVector.fromArray(SPECIES, x, i);
      FloatVector u = a.add(1f);
      // log(u): u is from 1 to 2, so that its exponent after the choice of m is 0 or 1.
      VectorMask<Float> high = u.compare(VectorOperators.GE, 2f * Elementary.SQRT_HALF);
      FloatVector exponent = broadcast(SPECIES, 0f).blend(1f, high);
      FloatVector r = u.blend(u.mul(0.5f), high).sub(1f);
      FloatVector z = r.mul(r);
      FloatVector p = broadcast(SPECIES, Elementary.L0).fma(r, broadcast(SPECIES, Elementary.L1));
      p = p.fma(r, broadcast(SPECIES, Elementary.L2));
      p = p.fma(r, broadcast(SPECIES, Elementary.L3));
      p = p.fma(r, broadcast(SPECIES, Elementary.L4));
      p = p.fma(r, broadcast(SPECIES, Elementary.L5));
      p = p.fma(r, broadcast(SPECIES, Elementary.L6));
      p = p.fma(r, broadcast(SPECIES, Elementary.L7));
      p = p.fma(r, broadcast(SPECIES, Elementary.L8));
      p = exponent.fma(broadcast(SPECIES, Elementary.LN2_LOW), p.mul(r).mul(z));
      p = broadcast(SPECIES, -0.5f).fma(z, p);
      FloatVector log = exponent.fma(broadcast(SPECIES, Elementary.LN2_HIGH), r.add(p));
      FloatVector result = log.mul(a.div(u.sub(1f)));
      result.blend(a, u.compare(VectorOperators.EQ, 1f)).intoArray(y, i);
    }
  }

  /** y = exp(-|x|). */
  static void expOfMinusMagnitude(float[] x, float[] y, int from, int to) {
    for (int i = from; i < to; i += LENGTH) {
      FloatVector.fromArray(SPECIES, x, i).abs().neg().intoArray(y, i);
    }
    exp(y, y, from, to);
  }

  /** y = sigmoid(x); y is not x. */
  static void sigmoid(float[] x, float[] y, int from, int to) {
    expOfMinusMagnitude(x, y, from, to);
    for (int i = from; i < to; i += LENGTH) {
      FloatVector a = FloatVector.fromArray(SPECIES, x, i);
      FloatVector e = FloatVector.fromArray(SPECIES, y, i);
      FloatVector numerator = broadcast(SPECIES, 1f).blend(e, a.compare(VectorOperators.LT, 0f));
      numerator.div(e.add(1f)).intoArray(y, i);
    }
  }

  /** y = tanh(x); y is not x. */
  static void tanh(float[] x, float[] y, int from, int to) {
    for (int i = from; i < to; i += LENGTH) {
      FloatVector a = FloatVector.fromArray(SPECIES, x, i).abs();
      a.add(a).intoArray(y, i);
    }
    exp(y, y, from, to);
    for (int i = from; i < to; i += LENGTH) {
      FloatVector signed = FloatVector.fromArray(SPECIES, x, i);
      FloatVector a = signed.abs();
      FloatVector square = a.mul(a);
      FloatVector p =
          broadcast(SPECIES, Elementary.T0).fma(square, broadcast(SPECIES, Elementary.T1));
      p = p.fma(square, broadcast(SPECIES, Elementary.T2));
      p = p.fma(square, broadcast(SPECIES, Elementary.T3));
      p = p.fma(square, broadcast(SPECIES, Elementary.T4));
      FloatVector small = p.mul(square).fma(a, a);
      FloatVector e = FloatVector.fromArray(SPECIES, y, i);
      FloatVector two = broadcast(SPECIES, 2f);
      FloatVector large = broadcast(SPECIES, 1f).sub(two.div(e.add(1f)));
      FloatVector t = large.blend(small, a.compare(VectorOperators.LT, Elementary.TANH_SMALL));
      IntVector sign = signed.reinterpretAsInts().and(Integer.MIN_VALUE);
      t.reinterpretAsInts().or(sign).reinterpretAsFloats().intoArray(y, i);
    }
  }

  /** y = bell(x); y is not x. */
  static void bell(float[] x, float[] y, int from, int to) {
    for (int i = from; i < to; i += LENGTH) {
      FloatVector a = FloatVector.fromArray(SPECIES, x, i);
      a.mul(a).mul(-0.5f).intoArray(y, i);
    }
    exp(y, y, from, to);
    for (int i = from; i < to; i += LENGTH) {
      FloatVector a = FloatVector.fromArray(SPECIES, x, i);
      FloatVector lost = a.fma(a, a.mul(a).neg());
      FloatVector e = FloatVector.fromArray(SPECIES, y, i);
      VectorMask<Float> beyond = a.abs().compare(VectorOperators.GT, Elementary.BELL_MAX);
      e.fma(lost.mul(-0.5f), e).blend(0f, beyond).intoArray(y, i);
    }
  }

  /** y = Φ(x), where bell(x) is known. */
  static void normalCdf(float[] x, float[] bell, float[] y, int from, int to) {
    for (int i = from; i < to; i += LENGTH) {
      FloatVector a = FloatVector.fromArray(SPECIES, x, i);
      FloatVector one = broadcast(SPECIES, 1f);
      FloatVector u = one.div(a.abs().fma(broadcast(SPECIES, Elementary.N), one));
      FloatVector p = broadcast(SPECIES, Elementary.N0).fma(u, broadcast(SPECIES, Elementary.N1));
      p = p.fma(u, broadcast(SPECIES, Elementary.N2));
      p = p.fma(u, broadcast(SPECIES, Elementary.N3));
      p = p.fma(u, broadcast(SPECIES, Elementary.N4));
      p = p.fma(u, broadcast(SPECIES, Elementary.N5));
      p = p.fma(u, broadcast(SPECIES, Elementary.N6));
      p = p.fma(u, broadcast(SPECIES, Elementary.N7));
      p = p.fma(u, broadcast(SPECIES, Elementary.N8));
      p = p.fma(u, broadcast(SPECIES, Elementary.N9));
      FloatVector tail = FloatVector.fromArray(SPECIES, bell, i).mul(p.mul(u));
      tail.blend(one.sub(tail), a.compare(VectorOperators.GT, 0f)).intoArray(y, i);
    }
  }
}
