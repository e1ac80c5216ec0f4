package dev.millrace.benchmarks.operation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.millrace.benchmarks.operation.ResidentMemory.Sample;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ResidentMemoryTest {
  @Test
  void shouldReadWhatLinuxSays() {
    assertThat(ResidentMemory.parse(List.of("VmPeak:\t 9 kB", "VmRSS:\t  7396 kB")))
        .isEqualTo(7396 * 1024);
    assertThatThrownBy(() -> ResidentMemory.parse(List.of("Name:\tzombie")))
        .hasMessageContaining("no VmRSS:");
  }

  @Test
  void shouldFindTheSlopeOfTheSecondHalfAlone() {
    List<Sample> samples = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      samples.add(new Sample(5 * i, 50_000_000L * i, 0)); // it warms up
    }
    for (int i = 20; i < 40; i++) {
      long noise = i % 2 == 0 ? 1_000 : -1_000;
      samples.add(new Sample(5 * i, 1_000_000_000L + 250_000L * i + noise, 0));
    }
    assertThat(ResidentMemory.slopePerMinute(samples)).isCloseTo(3_000_000, within(1_000.0));
    assertThat(ResidentMemory.slopePerMinute(samples.subList(0, 1))).isZero();
  }
}
