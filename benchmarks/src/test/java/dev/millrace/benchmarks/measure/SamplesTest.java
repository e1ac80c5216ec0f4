package dev.millrace.benchmarks.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;

class SamplesTest {
  @Test
  void shouldComeBackFromItsLine() {
    Samples samples =
        new Samples(new double[] {1.5, 2e-3}, 48, Map.of("version", "a = b", "slots", "2"));
    Samples parsed = Samples.parse(samples.line());
    assertThat(parsed.us()).containsExactly(1.5, 2e-3);
    assertThat(parsed.bytesPerStep()).isEqualTo(48);
    assertThat(parsed.facts()).isEqualTo(samples.facts());
  }

  @Test
  void shouldKeepALineOneLine() {
    Samples samples = new Samples(new double[] {1}, 0, Map.of("version", "a\tb\nc"));
    assertThat(Samples.parse(samples.line()).facts()).containsEntry("version", "a b c");
  }

  @Test
  void shouldKnowNothingOfAllocationWhereNobodyCounted() {
    Samples samples = Samples.parse("us=1 2 3\tversion=PyTorch");
    assertThat(samples.us()).containsExactly(1, 2, 3);
    assertThat(samples.bytesPerStep()).isNaN();
    assertThat(samples.line()).isEqualTo("us=1.0 2.0 3.0\tversion=PyTorch");
  }

  @Test
  void shouldRefuseALineWithoutSamples() {
    assertThatThrownBy(() -> Samples.parse("version=1"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no samples");
    assertThatThrownBy(() -> Samples.parse("garbage")).hasMessageContaining("cell=garbage");
  }
}
