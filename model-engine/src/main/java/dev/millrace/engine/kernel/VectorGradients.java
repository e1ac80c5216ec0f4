package dev.millrace.engine.kernel;

import static dev.millrace.engine.kernel.VectorTiles.LENGTH;
import static dev.millrace.engine.kernel.VectorTiles.SPECIES;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** {@link Gradients} with the Vector API: a body of whole vectors and the plain loop as tail. */
class VectorGradients implements Gradients {
  private static final VectorSpecies<Double> DOUBLES = DoubleVector.SPECIES_PREFERRED;
  private static final int WIDE = DOUBLES.length();
  private static final FloatVector NUMBERS = FloatVector.zero(SPECIES).addIndex(1);

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

  // A vector of doubles holds 8, 4 or 2 of the lanes, half of a vector of floats; those it does not
  // need stay 0.
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
      FloatVector first = FloatVector.fromArray(SPECIES, g, i);
      from0 = addSquares(from0, first, 0);
      if (WIDE == 8) {
        from8 = addSquares(from8, first, 1);
      } else {
        FloatVector middle = FloatVector.fromArray(SPECIES, g, i + 8);
        from8 = addSquares(from8, middle, 0);
        if (WIDE == 4) {
          from4 = addSquares(from4, first, 1);
          from12 = addSquares(from12, middle, 1);
        } else {
          from2 = addSquares(from2, first, 1);
          from10 = addSquares(from10, middle, 1);
          FloatVector second = FloatVector.fromArray(SPECIES, g, i + 4);
          from4 = addSquares(from4, second, 0);
          from6 = addSquares(from6, second, 1);
          FloatVector last = FloatVector.fromArray(SPECIES, g, i + 12);
          from12 = addSquares(from12, last, 0);
          from14 = addSquares(from14, last, 1);
        }
      }
    }
    if (body < length) {
      int i = gAt + body;
      int end = gAt + length;
      FloatVector first = before(g, i, end);
      from0 = addSquares(from0, first, 0);
      if (WIDE == 8) {
        from8 = addSquares(from8, first, 1);
      } else {
        FloatVector middle = before(g, i + 8, end);
        from8 = addSquares(from8, middle, 0);
        if (WIDE == 4) {
          from4 = addSquares(from4, first, 1);
          from12 = addSquares(from12, middle, 1);
        } else {
          from2 = addSquares(from2, first, 1);
          from10 = addSquares(from10, middle, 1);
          FloatVector second = before(g, i + 4, end);
          from4 = addSquares(from4, second, 0);
          from6 = addSquares(from6, second, 1);
          FloatVector last = before(g, i + 12, end);
          from12 = addSquares(from12, last, 0);
          from14 = addSquares(from14, last, 1);
        }
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

  /** sum + the squares of half of the floats, the first or the second. */
  private static DoubleVector addSquares(DoubleVector sum, FloatVector floats, int half) {
    DoubleVector next = (DoubleVector) floats.convertShape(VectorOperators.F2D, DOUBLES, half);
    return next.fma(next, sum);
  }

  /** Those before the end; 0 in the lanes beyond. */
  private static FloatVector before(float[] g, int at, int end) {
    VectorMask<Float> mask = NUMBERS.compare(VectorOperators.LT, (float) (end - at));
    return FloatVector.fromArray(SPECIES, g, at, mask);
  }

  /** Not min and max, which take twice the time for the sake of -0. */
  static FloatVector clip(FloatVector x, float bound) {
    return x.blend(bound, x.compare(VectorOperators.GT, bound))
        .blend(-bound, x.compare(VectorOperators.LT, -bound));
  }
}
