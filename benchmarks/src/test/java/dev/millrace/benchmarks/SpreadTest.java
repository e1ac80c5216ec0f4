package dev.millrace.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SpreadTest {
  @Test
  void shouldTakeTheMiddleOfAnOddNumberAndTheMeanOfTheTwoMiddleOnesOfAnEven() {
    assertThat(Spread.of(new double[] {9, 1, 4}).median()).isEqualTo(4);
    assertThat(Spread.of(new double[] {9, 1, 4, 5}).median()).isEqualTo(4.5);
  }

  @Test
  void shouldLeaveATwentiethOfTheValuesBelowTheFifthPercentile() {
    double[] values = IntStream.range(0, 400).mapToDouble(i -> 399 - i).toArray();
    Spread spread = Spread.ofMany(values);
    assertThat(spread.p5()).isEqualTo(20);
    assertThat(spread.min()).isZero();
    assertThat(spread.max()).isEqualTo(399);
  }

  @Test
  void shouldHaveNoPercentileOfAFewRounds() {
    assertThat(Spread.of(new double[] {3, 2}).p5()).isNull();
    assertThat(Spread.of(new double[] {3, 2}).times(2)).isEqualTo(new Spread(5, 4, 6, null));
  }

  @Test
  void shouldNotReorderTheCallersValues() {
    double[] values = {2, 1};
    Spread.of(values);
    assertThat(values).containsExactly(2, 1);
  }
}
