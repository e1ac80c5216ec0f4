package dev.millrace.benchmarks.limits;

import dev.millrace.benchmarks.measure.Subject;
import java.util.SplittableRandom;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Adam over w, m and v whose gradient comes out of the first cache, as if its tiles had just been
 * computed there: what a step cannot do without beside its products.
 */
final class AdamPass implements Subject {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int LENGTH = SPECIES.length();
  private static final int TILE = 4_096;
  private static final float RATE_1 = 0.1f;
  private static final float RATE_2 = 0.001f;
  private static final float ALPHA = 0.001f;
  private static final float EPSILON = 1e-7f;

  private final float[] w;
  private final float[] m;
  private final float[] v;
  private final float[] tile = new float[TILE];

  /**
   * @param floats of w, m and v together
   */
  AdamPass(int floats) {
    int parameters = floats / 3;
    w = new float[parameters];
    m = new float[parameters];
    v = new float[parameters];
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < TILE; i++) {
      tile[i] = (float) random.nextDouble(-1, 1);
    }
  }

  // The parameters beyond the last whole vector are left alone: fewer than 16.
  @Override
  public void step(int index) {
    int body = SPECIES.loopBound(w.length);
    for (int start = 0; start < body; start += TILE) {
      pass(w, m, v, start, Math.min(TILE, body - start), tile);
    }
  }

  private static void pass(float[] w, float[] m, float[] v, int start, int length, float[] g) {
    for (int i = 0; i < length; i += LENGTH) {
      int at = start + i;
      FloatVector gradient = FloatVector.fromArray(SPECIES, g, i);
      FloatVector mean = FloatVector.fromArray(SPECIES, m, at);
      FloatVector square = FloatVector.fromArray(SPECIES, v, at);
      mean = gradient.sub(mean).fma(FloatVector.broadcast(SPECIES, RATE_1), mean);
      square =
          gradient.fma(gradient, square.neg()).fma(FloatVector.broadcast(SPECIES, RATE_2), square);
      mean.intoArray(m, at);
      square.intoArray(v, at);
      FloatVector step = mean.mul(ALPHA).div(square.sqrt().add(EPSILON));
      FloatVector.fromArray(SPECIES, w, at).sub(step).intoArray(w, at);
    }
  }
}
