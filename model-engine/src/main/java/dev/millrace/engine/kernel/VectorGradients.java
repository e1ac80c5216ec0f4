package dev.millrace.engine.kernel;

import static dev.millrace.engine.kernel.VectorTiles.LENGTH;
import static dev.millrace.engine.kernel.VectorTiles.SPECIES;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/** {@link Gradients} with the Vector API: a body of whole vectors and the plain loop as tail. */
class VectorGradients implements Gradients {
  private static final VectorSpecies<Double> DOUBLES = DoubleVector.SPECIES_PREFERRED;
  private static final int WIDE = DOUBLES.length();
  private static final VectorSpecies<Float> FLOATS =
      VectorSpecies.of(float.class, VectorShape.forBitSize(WIDE * Float.SIZE));
  private static final FloatVector NUMBERS = FloatVector.zero(FLOATS).addIndex(1);

  private final PlainGradients plain = new PlainGradients();

  @Override
  public final void regularize(
      float[] g, int gAt, float[] w, int at, int length, float l1, float l2) {
    FloatVector twice = FloatVector.broadcast(SPECIES, 2f * l2);
    FloatVector zero = FloatVector.zero(SPECIES);
    int body = SPECIES.loopBound(length);
    for (int i = 0; i < body; i += LENGTH) {
      FloatVector weight = FloatVector.fromArray(SPECIES, w, at + i);
      FloatVector sign =
          zero.blend(l1, weight.compare(VectorOperators.GT, 0f))
              .blend(-l1, weight.compare(VectorOperators.LT, 0f));
      FloatVector gradient = FloatVector.fromArray(SPECIES, g, gAt + i);
      twice.fma(weight, gradient).add(sign).intoArray(g, gAt + i);
    }
    plain.regularize(g, gAt + body, w, at + body, length - body, l1, l2);
  }

  @Override
  public final void clipByValue(float[] g, int gAt, int length, float bound) {
    int body = SPECIES.loopBound(length);
    for (int i = gAt; i < gAt + body; i += LENGTH) {
      clip(FloatVector.fromArray(SPECIES, g, i), bound).intoArray(g, i);
    }
    plain.clipByValue(g, gAt + body, length - body, bound);
  }

  @Override
  public final void scale(float[] g, int gAt, int length, float factor) {
    int body = SPECIES.loopBound(length);
    for (int i = gAt; i < gAt + body; i += LENGTH) {
      FloatVector.fromArray(SPECIES, g, i).mul(factor).intoArray(g, i);
    }
    plain.scale(g, gAt + body, length - body, factor);
  }

  // A vector of doubles holds 8, 4 or 2 of the lanes; those it does not need stay 0. All in one
  // method, since a vector that is returned from one becomes an object.
  @Override
  public final double sumOfSquares(float[] g, int gAt, int length) {
    DoubleVector from0 = DoubleVector.zero(DOUBLES);
    DoubleVector from2 = from0;
    DoubleVector from4 = from0;
    DoubleVector from6 = from0;
    DoubleVector from8 = from0;
    DoubleVector from10 = from0;
    DoubleVector from12 = from0;
    DoubleVector from14 = from0;
    int body = length - length % Lanes.WIDTH;
    for (int i = gAt; i < gAt + body; i += Lanes.WIDTH) {
      from0 = addSquares(from0, g, i);
      from8 = addSquares(from8, g, i + 8);
      if (WIDE <= 4) {
        from4 = addSquares(from4, g, i + 4);
        from12 = addSquares(from12, g, i + 12);
      }
      if (WIDE == 2) {
        from2 = addSquares(from2, g, i + 2);
        from10 = addSquares(from10, g, i + 10);
        from6 = addSquares(from6, g, i + 6);
        from14 = addSquares(from14, g, i + 14);
      }
    }
    if (body < length) {
      int i = gAt + body;
      int end = gAt + length;
      from0 = addSquares(from0, g, i, end);
      from8 = addSquares(from8, g, i + 8, end);
      if (WIDE <= 4) {
        from4 = addSquares(from4, g, i + 4, end);
        from12 = addSquares(from12, g, i + 12, end);
      }
      if (WIDE == 2) {
        from2 = addSquares(from2, g, i + 2, end);
        from10 = addSquares(from10, g, i + 10, end);
        from6 = addSquares(from6, g, i + 6, end);
        from14 = addSquares(from14, g, i + 14, end);
      }
    }
    DoubleVector even = from0.add(from8).add(from4.add(from12));
    DoubleVector sum = even.add(from2.add(from10).add(from6.add(from14)));
    return switch (WIDE) {
      case 2 -> sum.lane(0) + sum.lane(1);
      case 4 -> (sum.lane(0) + sum.lane(2)) + (sum.lane(1) + sum.lane(3));
      default ->
          ((sum.lane(0) + sum.lane(4)) + (sum.lane(2) + sum.lane(6)))
              + ((sum.lane(1) + sum.lane(5)) + (sum.lane(3) + sum.lane(7)));
    };
  }

  private static DoubleVector addSquares(DoubleVector sum, float[] g, int at) {
    DoubleVector next = doubles(FloatVector.fromArray(FLOATS, g, at));
    return next.fma(next, sum);
  }

  /** Those before the end only. */
  private static DoubleVector addSquares(DoubleVector sum, float[] g, int at, int end) {
    VectorMask<Float> mask = NUMBERS.compare(VectorOperators.LT, (float) (end - at));
    DoubleVector next = doubles(FloatVector.fromArray(FLOATS, g, at, mask));
    return next.fma(next, sum);
  }

  private static DoubleVector doubles(FloatVector floats) {
    return (DoubleVector) floats.convertShape(VectorOperators.F2D, DOUBLES, 0);
  }

  /** Not min and max, which take twice the time for the sake of -0. */
  static FloatVector clip(FloatVector x, float bound) {
    return x.blend(bound, x.compare(VectorOperators.GT, bound))
        .blend(-bound, x.compare(VectorOperators.LT, -bound));
  }
}
