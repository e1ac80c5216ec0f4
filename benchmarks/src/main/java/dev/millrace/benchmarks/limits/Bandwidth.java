package dev.millrace.benchmarks.limits;

import dev.millrace.benchmarks.measure.Subject;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** Passes over arrays with next to no arithmetic. */
final class Bandwidth implements Subject {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int LENGTH = SPECIES.length();

  private final Probe.Kind kind;
  private final float[] a;
  private final float[] b;
  private final float[] c;

  /** Not a constant, or the compiler would drop a multiplication by 1. */
  private float scale = 1f;

  /**
   * @param floats of all arrays together
   */
  Bandwidth(Probe.Kind kind, int floats) {
    this.kind = kind;
    int arrays =
        switch (kind) {
          case COPY -> 2;
          case TRIAD -> 3;
          default -> 1;
        };
    a = filled(floats / arrays);
    b = arrays > 1 ? filled(floats / arrays) : a;
    c = arrays > 2 ? filled(floats / arrays) : a;
  }

  private static float[] filled(int length) {
    float[] array = new float[length];
    Arrays.fill(array, 0.5f);
    return array;
  }

  @Override
  public void step(int index) {
    switch (kind) {
      case READ -> scale = sum(a) < 0 ? 2f : 1f;
      case COPY -> copy(a, b);
      case TRIAD -> triad(a, b, c, scale);
      case UPDATE -> update(a, scale);
      case FMA, ADAM -> throw new IllegalStateException(kind + " is no pass of this kind");
    }
  }

  /** Four streams at once: one alone waits for its lines. */
  private static float sum(float[] a) {
    int quarter = SPECIES.loopBound(a.length / 4);
    FloatVector s0 = FloatVector.zero(SPECIES);
    FloatVector s1 = s0;
    FloatVector s2 = s0;
    FloatVector s3 = s0;
    for (int i = 0; i < quarter; i += LENGTH) {
      s0 = s0.add(FloatVector.fromArray(SPECIES, a, i));
      s1 = s1.add(FloatVector.fromArray(SPECIES, a, i + quarter));
      s2 = s2.add(FloatVector.fromArray(SPECIES, a, i + 2 * quarter));
      s3 = s3.add(FloatVector.fromArray(SPECIES, a, i + 3 * quarter));
    }
    float sum = s0.add(s1).add(s2.add(s3)).reduceLanes(VectorOperators.ADD);
    for (int i = 4 * quarter; i < a.length; i++) {
      sum += a[i];
    }
    return sum;
  }

  private static void copy(float[] a, float[] b) {
    int body = SPECIES.loopBound(a.length);
    for (int i = 0; i < body; i += LENGTH) {
      FloatVector.fromArray(SPECIES, a, i).intoArray(b, i);
    }
    for (int i = body; i < a.length; i++) {
      b[i] = a[i];
    }
  }

  private static void triad(float[] a, float[] b, float[] c, float scale) {
    FloatVector factor = FloatVector.broadcast(SPECIES, scale);
    int body = SPECIES.loopBound(a.length);
    for (int i = 0; i < body; i += LENGTH) {
      FloatVector addend = FloatVector.fromArray(SPECIES, b, i);
      factor.fma(FloatVector.fromArray(SPECIES, c, i), addend).intoArray(a, i);
    }
    for (int i = body; i < a.length; i++) {
      a[i] = Math.fma(scale, c[i], b[i]);
    }
  }

  private static void update(float[] a, float scale) {
    FloatVector factor = FloatVector.broadcast(SPECIES, scale);
    int body = SPECIES.loopBound(a.length);
    for (int i = 0; i < body; i += LENGTH) {
      FloatVector.fromArray(SPECIES, a, i).mul(factor).intoArray(a, i);
    }
    for (int i = body; i < a.length; i++) {
      a[i] *= scale;
    }
  }
}
