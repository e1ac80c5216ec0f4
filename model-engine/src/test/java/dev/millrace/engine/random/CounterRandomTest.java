package dev.millrace.engine.random;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class CounterRandomTest {
  @Test
  void splitmix64GivesItsPublishedFirstOutputs() {
    long gamma = 0x9E3779B97F4A7C15L;
    assertThat(CounterRandom.splitmix64(1234567)).isEqualTo(6457827717110365317L);
    assertThat(CounterRandom.splitmix64(1234567 + gamma)).isEqualTo(3203168211198807973L);
  }

  @Test
  void keysThatDifferInAnyPartGiveDifferentBits() {
    Set<Long> seen = new HashSet<>();
    for (int seed = 0; seed < 20; seed++) {
      for (int purpose = 0; purpose < 20; purpose++) {
        for (int index = 0; index < 20; index++) {
          seen.add(CounterRandom.bits(seed, purpose, index));
        }
      }
    }
    assertThat(seen).hasSize(8000);
  }

  @Test
  void uniformsFillTheUnitIntervalEvenly() {
    int[] tenths = new int[10];
    for (int index = 0; index < 100_000; index++) {
      tenths[(int) (10 * CounterRandom.uniform(1, 2, index))]++;
    }
    for (int count : tenths) {
      assertThat(count).isBetween(9_600, 10_400);
    }
  }
}
