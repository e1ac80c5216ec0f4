package dev.millrace.engine.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.millrace.engine.state.StateBlocks;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class IntervalsTest {
  /** Adds a score under the bound of now, and returns that. */
  private static double add(Intervals intervals, double score) {
    double[] note = new double[Intervals.COLUMNS];
    double bound = intervals.bound();
    intervals.note(score, bound, 2 * bound, note);
    intervals.score(note);
    return bound;
  }

  /** By its definition over the whole list of scores. */
  @ParameterizedTest
  @CsvSource({"0.9, 1", "0.5, 2", "0.99, 3"})
  void shouldBoundAsAdaptiveConformalInferenceDoes(double coverage, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    Intervals intervals = new Intervals(coverage, 0, 0);
    List<Double> scores = new ArrayList<>();
    double alpha = 1 - coverage;
    int inside = 0;
    int bounded = 0;
    double widths = 0;
    for (int i = 0; i < 3000; i++) {
      List<Double> last = scores.subList(Math.max(0, i - 1000), i).stream().sorted().toList();
      int rank = (int) Math.max(1, Math.ceil((last.size() + 1) * (1 - alpha)));
      double expected = rank > last.size() ? Double.POSITIVE_INFINITY : last.get(rank - 1);
      double scale = i < 1500 ? 1 : 3; // the stream becomes harder
      double score = Math.rint(Math.abs(random.nextGaussian()) * scale * 100) / 100;
      assertThat(add(intervals, score)).as("event %d", i).isEqualTo(expected);
      scores.add(score);
      boolean in = score <= expected;
      alpha = Math.min(1, alpha + 0.005 * (1 - coverage - (in ? 0 : 1)));
      inside += in ? 1 : 0;
      if (expected < Double.POSITIVE_INFINITY) {
        bounded++;
        widths += 2 * expected;
      }
    }
    Map<String, Double> figures = intervals.figures();
    assertThat(figures.get("coverage")).isEqualTo(inside / 3000.0);
    assertThat(figures.get("mean_width")).isCloseTo(widths / bounded, within(1e-9));
    assertThat(figures.get("unbounded")).isCloseTo(1 - bounded / 3000.0, within(1e-12));
    assertThat(figures.get("coverage")).isCloseTo(coverage, within(0.05));
    assertThat(figures.get("coverage_window")).isCloseTo(coverage, within(0.05));
  }

  /** Scores that only grow are never within those before; the level must make up for it. */
  @Test
  void shouldHoldTheCoverageThoughScoresAreNotExchangeable() {
    Intervals intervals = new Intervals(0.9, 0, 0);
    for (int i = 0; i < 20_000; i++) {
      add(intervals, i * (1 + (i % 10) / 10.0));
    }
    assertThat(intervals.figures().get("coverage")).isCloseTo(0.9, within(0.02));
    assertThat(intervals.figures().get("unbounded")).isGreaterThan(0);
  }

  @Test
  void shouldHaveNoBoundBeforeThereAreScoresEnough() {
    Intervals intervals = new Intervals(0.9, 0, 0);
    for (int i = 0; i < 8; i++) {
      assertThat(add(intervals, i)).isInfinite();
    }
    assertThat(intervals.figures()).containsEntry("unbounded", 1.0).doesNotContainKey("mean_width");
    assertThat(new Intervals(0.9, 0, 3).figures()).isEmpty();
  }

  @Test
  void shouldGoOnFromWhatWasKeptBitForBit() {
    for (int before : new int[] {3, 700, 1700}) {
      SplittableRandom random = new SplittableRandom(before);
      Intervals through = new Intervals(0.8, 0, 0);
      for (int i = 0; i < before; i++) {
        add(through, random.nextInt(50));
      }
      Map<String, byte[]> blocks = new HashMap<>();
      new StateBlocks(through.state()).writeAll(blocks::put);
      Intervals after = new Intervals(0.8, 0, 0);
      add(after, 5);
      new StateBlocks(after.state()).read(blocks::get);
      after.restored();
      for (int i = 0; i < 1500; i++) {
        double score = random.nextInt(70);
        assertThat(add(after, score)).isEqualTo(add(through, score));
      }
      assertThat(after.figures()).isEqualTo(through.figures());
      double bound = after.bound();
      after.resetFigures();
      assertThat(after.figures()).isEmpty();
      assertThat(after.bound()).isEqualTo(bound);
    }
  }
}
