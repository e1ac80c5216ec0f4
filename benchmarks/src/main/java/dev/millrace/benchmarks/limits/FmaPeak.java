package dev.millrace.benchmarks.limits;

import dev.millrace.benchmarks.measure.Subject;
import java.util.Map;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Fused multiply-adds with no memory between them: twelve independent chains at the preferred
 * width, which two units of a latency of up to six cycles cannot exhaust. Twelve and their two
 * operands fit into the 16 registers of AVX2.
 */
final class FmaPeak implements Subject {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int CHAINS = 12;

  private final int repeats;
  private float result;

  /**
   * @param lanes multiply-adds of a step, a multiple of what a round of the loop does
   */
  FmaPeak(int lanes) {
    repeats = lanes / (CHAINS * SPECIES.length());
  }

  @Override
  public void step(int index) {
    result = chains(repeats, result * 1e-9f);
  }

  @Override
  public Map<String, String> facts() {
    return Map.of("bits", Integer.toString(SPECIES.vectorBitSize()));
  }

  // Each chain tends to 0.5; their starts differ, or the compiler would find them equal.
  private static float chains(int repeats, float start) {
    FloatVector a = FloatVector.broadcast(SPECIES, 0.5f);
    FloatVector b = FloatVector.broadcast(SPECIES, 0.25f);
    FloatVector c0 = FloatVector.broadcast(SPECIES, start);
    FloatVector c1 = FloatVector.broadcast(SPECIES, start + 1);
    FloatVector c2 = FloatVector.broadcast(SPECIES, start + 2);
    FloatVector c3 = FloatVector.broadcast(SPECIES, start + 3);
    FloatVector c4 = FloatVector.broadcast(SPECIES, start + 4);
    FloatVector c5 = FloatVector.broadcast(SPECIES, start + 5);
    FloatVector c6 = FloatVector.broadcast(SPECIES, start + 6);
    FloatVector c7 = FloatVector.broadcast(SPECIES, start + 7);
    FloatVector c8 = FloatVector.broadcast(SPECIES, start + 8);
    FloatVector c9 = FloatVector.broadcast(SPECIES, start + 9);
    FloatVector c10 = FloatVector.broadcast(SPECIES, start + 10);
    FloatVector c11 = FloatVector.broadcast(SPECIES, start + 11);
    for (int i = 0; i < repeats; i++) {
      c0 = c0.fma(a, b);
      c1 = c1.fma(a, b);
      c2 = c2.fma(a, b);
      c3 = c3.fma(a, b);
      c4 = c4.fma(a, b);
      c5 = c5.fma(a, b);
      c6 = c6.fma(a, b);
      c7 = c7.fma(a, b);
      c8 = c8.fma(a, b);
      c9 = c9.fma(a, b);
      c10 = c10.fma(a, b);
      c11 = c11.fma(a, b);
    }
    FloatVector low = c0.add(c1).add(c2.add(c3)).add(c4.add(c5));
    FloatVector high = c6.add(c7).add(c8.add(c9)).add(c10.add(c11));
    return low.add(high).reduceLanes(VectorOperators.ADD);
  }
}
