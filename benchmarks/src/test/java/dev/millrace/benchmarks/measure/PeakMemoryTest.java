package dev.millrace.benchmarks.measure;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class PeakMemoryTest {
  @Test
  void shouldReadTheLineOfThePeak() {
    assertThat(PeakMemory.parse(List.of("VmPeak:\t 9000 kB", "VmHWM:\t    7396 kB")))
        .hasValue(7_396 * 1_024);
    assertThat(PeakMemory.parse(List.of("VmRSS:\t 10 kB"))).isEmpty();
  }
}
