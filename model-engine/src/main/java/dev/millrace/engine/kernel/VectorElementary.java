package dev.millrace.engine.kernel;

import static dev.millrace.engine.kernel.VectorProducts.SPECIES;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/** The functions of {@link Elementary} on vectors, with the same operations in the same order. */
final class VectorElementary {
  private VectorElementary() {}

  static FloatVector exp(FloatVector x) {
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
    FloatVector e = p.mul(powerOfTwo(half)).mul(powerOfTwo(n.sub(half)));
    e = e.blend(Float.POSITIVE_INFINITY, x.compare(VectorOperators.GT, Elementary.EXP_MAX));
    return e.blend(0f, x.compare(VectorOperators.LT, Elementary.EXP_MIN));
  }

  private static FloatVector powerOfTwo(IntVector n) {
    return n.add(127).lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats();
  }

  static FloatVector sigmoid(FloatVector x) {
    FloatVector e = exp(x.abs().neg());
    FloatVector numerator = all(1f).blend(e, x.compare(VectorOperators.LT, 0f));
    return numerator.div(e.add(1f));
  }

  static FloatVector tanh(FloatVector x) {
    FloatVector a = x.abs();
    FloatVector z = a.mul(a);
    FloatVector p = all(Elementary.T0).fma(z, all(Elementary.T1));
    p = p.fma(z, all(Elementary.T2));
    p = p.fma(z, all(Elementary.T3));
    p = p.fma(z, all(Elementary.T4));
    FloatVector small = p.mul(z).fma(a, a);
    FloatVector large = all(1f).sub(all(2f).div(exp(a.add(a)).add(1f)));
    FloatVector t = large.blend(small, a.compare(VectorOperators.LT, Elementary.TANH_SMALL));
    IntVector sign = x.reinterpretAsInts().and(Integer.MIN_VALUE);
    return t.reinterpretAsInts().or(sign).reinterpretAsFloats();
  }

  private static FloatVector all(float value) {
    return FloatVector.broadcast(SPECIES, value);
  }
}
