package dev.millrace.topology;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PreflightTest {
  @Test
  void shouldOrderVersionsByTheirNumbers() {
    assertThat(Preflight.compareVersions("4.3.1", "4.3.1")).isZero();
    assertThat(Preflight.compareVersions("4.3.0", "4.3.1")).isNegative();
    assertThat(Preflight.compareVersions("4.10.0", "4.3.1")).isPositive();
    assertThat(Preflight.compareVersions("5.0", "4.3.1")).isPositive();
    assertThat(Preflight.compareVersions("4.2.9", "4.3.1")).isNegative();
    assertThat(Preflight.compareVersions("4.3.1-SNAPSHOT", "4.3.1")).isPositive();
  }
}
