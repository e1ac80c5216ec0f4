package dev.millrace.engine.kernel;

import static dev.millrace.engine.kernel.VectorProducts.LENGTH;
import static dev.millrace.engine.kernel.VectorProducts.SPECIES;

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

  // A vector of doubles holds 8, 4 or 2 of the lanes; the fold goes on in the written order.
  @Override
  public final double sumOfSquares(float[] g, int gAt, int length) {
    DoubleVector sum = foldedLanes(g, gAt, length, 0);
    if (WIDE == 4) {
      sum = sum.add(foldedLanes(g, gAt, length, 4));
    } else if (WIDE == 2) {
      DoubleVector even = sum.add(foldedLanes(g, gAt, length, 4));
      sum = even.add(foldedLanes(g, gAt, length, 2).add(foldedLanes(g, gAt, length, 6)));
    }
    for (int half = WIDE / 2; half > 0; half /= 2) {
      sum = sum.add(sum.slice(half));
    }
    return sum.lane(0);
  }

  /** As many lanes as fit in a vector, from one on, with those 8 further folded onto them. */
  private static DoubleVector foldedLanes(float[] g, int gAt, int length, int lane) {
    DoubleVector low = DoubleVector.zero(DOUBLES);
    DoubleVector high = low;
    int body = length - length % Lanes.WIDTH;
    for (int i = lane; i < body; i += Lanes.WIDTH) {
      DoubleVector first = doubles(FloatVector.fromArray(FLOATS, g, gAt + i));
      DoubleVector second = doubles(FloatVector.fromArray(FLOATS, g, gAt + i + 8));
      low = first.fma(first, low);
      high = second.fma(second, high);
    }
    DoubleVector first = rest(g, gAt, body + lane, length);
    DoubleVector second = rest(g, gAt, body + lane + 8, length);
    return first.fma(first, low).add(second.fma(second, high));
  }

  /** Elements from i on, and 0 for those beyond the length. */
  private static DoubleVector rest(float[] g, int gAt, int i, int length) {
    if (i >= length) {
      return DoubleVector.zero(DOUBLES);
    }
    VectorMask<Float> mask = NUMBERS.compare(VectorOperators.LT, (float) (length - i));
    return doubles(FloatVector.fromArray(FLOATS, g, gAt + i, mask));
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
