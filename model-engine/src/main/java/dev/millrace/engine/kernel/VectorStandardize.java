package dev.millrace.engine.kernel;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/** {@link Kernels#standardize} in double precision, as many columns at a time as doubles fit. */
final class VectorStandardize {
  private static final VectorSpecies<Double> DOUBLES = DoubleVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Float> FLOATS =
      VectorSpecies.of(float.class, VectorShape.forBitSize(DOUBLES.length() * Float.SIZE));

  private VectorStandardize() {}

  /** Standardises whole vectors of columns; returns how many columns it did. */
  static int body(
      float[] x,
      int xOffset,
      int columns,
      long count,
      double[] mean,
      double[] m2,
      int statistic,
      float clip,
      float[] y,
      int yOffset) {
    double inverse = 1.0 / count;
    int body = DOUBLES.loopBound(columns);
    for (int i = 0; i < body; i += DOUBLES.length()) {
      DoubleVector value =
          (DoubleVector)
              FloatVector.fromArray(FLOATS, x, xOffset + i)
                  .convertShape(VectorOperators.F2D, DOUBLES, 0);
      DoubleVector before = DoubleVector.fromArray(DOUBLES, mean, statistic + i);
      DoubleVector delta = value.sub(before);
      DoubleVector after = delta.mul(inverse).add(before);
      DoubleVector rest = value.sub(after);
      DoubleVector squares =
          delta.mul(rest).add(DoubleVector.fromArray(DOUBLES, m2, statistic + i));
      after.intoArray(mean, statistic + i);
      squares.intoArray(m2, statistic + i);
      DoubleVector variance = squares.mul(inverse);
      VectorMask<Double> constant = variance.compare(VectorOperators.GT, 0.0).not();
      DoubleVector z = rest.div(variance.sqrt()).max(-clip).min(clip).blend(0.0, constant);
      ((FloatVector) z.convertShape(VectorOperators.D2F, FLOATS, 0)).intoArray(y, yOffset + i);
    }
    return body;
  }
}
