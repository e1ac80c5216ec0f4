package dev.millrace.engine.kernel;

import static dev.millrace.engine.kernel.VectorTiles.LENGTH;
import static dev.millrace.engine.kernel.VectorTiles.SPECIES;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** {@link Kernels#standardize} in double precision, a vector of floats in two halves. */
final class VectorStandardize {
  private static final VectorSpecies<Double> DOUBLES = DoubleVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Integer> INTS = SPECIES.withLanes(int.class);
  private static final int HALF = DOUBLES.length();

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
    int body = SPECIES.loopBound(columns);
    for (int i = 0; i < body; i += LENGTH) {
      FloatVector values = FloatVector.fromArray(SPECIES, x, xOffset + i);
      IntVector z = IntVector.zero(INTS); // as bits
      for (int half = 0; half < 2; half++) {
        int at = statistic + i + half * HALF;
        DoubleVector value = (DoubleVector) values.convertShape(VectorOperators.F2D, DOUBLES, half);
        DoubleVector before = DoubleVector.fromArray(DOUBLES, mean, at);
        DoubleVector delta = value.sub(before);
        DoubleVector after = delta.mul(inverse).add(before);
        DoubleVector rest = value.sub(after);
        DoubleVector squares = delta.mul(rest).add(DoubleVector.fromArray(DOUBLES, m2, at));
        after.intoArray(mean, at);
        squares.intoArray(m2, at);
        DoubleVector variance = squares.mul(inverse);
        VectorMask<Double> constant = variance.compare(VectorOperators.GT, 0.0).not();
        DoubleVector scaled = rest.div(variance.sqrt()).max(-clip).min(clip).blend(0.0, constant);
        // the floats of one half, with zeros in the other
        z = z.or(scaled.convertShape(VectorOperators.D2F, SPECIES, -half).reinterpretAsInts());
      }
      z.reinterpretAsFloats().intoArray(y, yOffset + i);
    }
    return body;
  }
}
