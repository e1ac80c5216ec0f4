package dev.millrace.benchmarks.process;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CoresTest {
  @Test
  void shouldReadRangesAndNumbers() {
    assertThat(Cores.parse("0-3,8,10-11")).containsExactly(0, 1, 2, 3, 8, 10, 11);
    assertThat(Cores.parse("5")).containsExactly(5);
  }

  @Test
  void shouldAllowSome() {
    assertThat(Cores.allowed()).isNotEmpty();
  }
}
