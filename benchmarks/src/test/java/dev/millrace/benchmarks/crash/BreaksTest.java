package dev.millrace.benchmarks.crash;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class BreaksTest {
  private static final List<Entry> EXPECTED =
      List.of(entry(0, "a"), entry(1, "b"), entry(2, "c"), entry(3, "d"));

  private static Entry entry(long id, String content) {
    return new Entry(id, List.of(content));
  }

  private static Breaks of(Entry... actual) {
    return Breaks.between(EXPECTED, List.of(actual));
  }

  @Test
  void shouldFindNothingInWhatIsRight() {
    assertThat(Breaks.between(EXPECTED, EXPECTED)).isEqualTo(new Breaks(4, 0, 0, 0, 0));
  }

  @Test
  void shouldFindWhatIsLost() {
    assertThat(of(entry(0, "a"), entry(3, "d"))).isEqualTo(new Breaks(4, 2, 0, 0, 0));
    assertThat(of()).isEqualTo(new Breaks(4, 4, 0, 0, 0));
  }

  @Test
  void shouldFindWhatIsThereTwiceAlsoIfItIsTheSame() {
    assertThat(of(entry(0, "a"), entry(1, "b"), entry(0, "a"), entry(2, "c"), entry(3, "d")))
        .isEqualTo(new Breaks(4, 0, 1, 0, 0));
  }

  @Test
  void shouldFindWhatIsOutOfOrder() {
    assertThat(of(entry(0, "a"), entry(2, "c"), entry(1, "b"), entry(3, "d")))
        .isEqualTo(new Breaks(4, 0, 0, 1, 0));
  }

  @Test
  void shouldFindWhatSaysSomethingElseOrWasNeverAskedFor() {
    assertThat(of(entry(0, "a"), entry(1, "x"), entry(2, "c"), entry(3, "d"), entry(4, "e")))
        .isEqualTo(new Breaks(4, 0, 0, 0, 2));
  }
}
