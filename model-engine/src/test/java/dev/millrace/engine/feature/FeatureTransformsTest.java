package dev.millrace.engine.feature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.millrace.engine.feature.TokenSettings.Weight;
import dev.millrace.engine.kernel.KernelChoice;
import dev.millrace.engine.kernel.Kernels;
import dev.millrace.engine.layer.Entries;
import dev.millrace.engine.state.StateBlocks;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Lags, logarithms, ranges, crosses, bags: what is beside plain numbers and single categories. */
class FeatureTransformsTest {
  private static final Kernels KERNELS = KernelChoice.select(KernelChoice.Mode.PLAIN).kernels();

  /** A featurizer, an event of its space and the row it makes. */
  private static final class Bench {
    final FeatureSpace space;
    final Featurizer featurizer;
    final EventRow event;
    final float[] row;
    final Entries entries;

    Bench(FeatureSpec... features) {
      space = new FeatureSpace(List.of(features));
      featurizer = new Featurizer(space, KERNELS);
      event = space.newEvent();
      row = new float[space.width()];
      entries = new Entries(space.categories().size(), 1);
    }

    Bench make() {
      entries.clear();
      featurizer.featurize(event, row, 0, entries);
      return this;
    }

    Bench number(double value) {
      event.clear();
      event.numbers[0] = value;
      return make();
    }

    Bench ranged(double value) {
      event.clear();
      event.ranged[0] = value;
      return make();
    }
  }

  private static FeatureSpec raw(String name, FeatureSettings settings) {
    return new FeatureSpec(name, FeatureKind.NUMERIC, List.of(), 1, false, settings);
  }

  @Test
  void shouldTakeALogarithmWithTheSignOfTheNumber() {
    Bench bench = new Bench(raw("x", FeatureSettings.NONE.withScale(true, false)));
    for (double x : new double[] {0, 1, -1, 1e30, -7.5}) {
      double expected = Math.signum(x) * Math.log1p(Math.abs(x));
      assertThat((double) bench.number(x).row[0]).isCloseTo(expected, within(1e-5));
      assertThat(bench.event.numbers[0]).isCloseTo(expected, within(1e-5));
    }
    assertThat(bench.number(Double.NaN).row[0]).isZero();
  }

  @Test
  void shouldGiveTheValueOfSoManyEventsBefore() {
    Bench bench = new Bench(raw("x.lag2", FeatureSettings.NONE.of("x").withLag(2)));
    double[] values = {1, 2, Double.NaN, 4, 5, 6};
    float[] expected = {0, 0, 1, 2, 0, 4};
    for (int i = 0; i < values.length; i++) {
      assertThat(bench.number(values[i]).row[0]).as("event %d", i).isEqualTo(expected[i]);
    }
    assertThat(bench.featurizer.counts().figures()).containsEntry("missing_values", 3L);
  }

  @Test
  void shouldGiveTheLabelOfAnEventBeforeAndNeverItsOwn() {
    Bench number = new Bench(raw("y.lag1", FeatureSettings.NONE.withLag(1)));
    Bench category =
        new Bench(
            FeatureSpec.oneHot("c.lag1", List.of("a", "b")).with(FeatureSettings.NONE.withLag(1)));
    double[] labels = {1, 0, Double.NaN, 1};
    float[] numbers = {0, 1, 0, 0};
    int[] categories = {3, 1, 0, 3}; // 3 is missing
    for (int i = 0; i < labels.length; i++) {
      for (Bench bench : List.of(number, category)) {
        bench.event.clear();
        bench.event.labelled = !Double.isNaN(labels[i]);
        bench.event.label = labels[i];
        bench.make();
      }
      assertThat(number.row[0]).as("event %d", i).isEqualTo(numbers[i]);
      assertThat(category.entries.index(0)).as("event %d", i).isEqualTo(categories[i]);
    }
  }

  @Test
  void shouldSayWhetherAFieldIsMissing() {
    Bench bench = new Bench(raw("x.missing", FeatureSettings.NONE.of("x").asIndicator()));
    assertThat(bench.number(0).row[0]).isZero();
    assertThat(bench.number(Double.NaN).row[0]).isEqualTo(1);
  }

  @Test
  void shouldFindTheRangeOfANumberBetweenStatedBounds() {
    Bench bench = new Bench(FeatureSpec.discretized("x", List.of(0.0, 10.0)));
    double[] values = {-5, 0, 9.9, 10, 1e9, Double.NaN};
    int[] expected = {0, 1, 1, 2, 2, 3};
    for (int i = 0; i < values.length; i++) {
      assertThat(bench.ranged(values[i]).entries.index(0)).isEqualTo(expected[i]);
    }
  }

  @Test
  void shouldFillTheDecilesOfANormalDistributionAlike() {
    Bench bench = new Bench(FeatureSpec.discretized("x", List.of()));
    java.util.Random random = new java.util.Random(4);
    int[] counts = new int[11];
    for (int i = 0; i < 20_000; i++) {
      counts[bench.ranged(50 + 3 * random.nextGaussian()).entries.index(0)]++;
    }
    for (int decile = 0; decile < 10; decile++) {
      assertThat(counts[decile]).isBetween(1_800, 2_200);
    }
    assertThat(bench.ranged(Double.NaN).entries.index(0)).isEqualTo(10);
  }

  @Test
  void shouldKeepOutliersFromTheStatisticsWhereThatIsAskedFor() {
    Bench plain = new Bench(FeatureSpec.numeric("x"));
    Bench robust =
        new Bench(FeatureSpec.numeric("x").with(FeatureSettings.NONE.withScale(false, true)));
    for (int i = 0; i < 200; i++) {
      plain.number(i % 2);
      robust.number(i % 2);
    }
    assertThat(robust.number(1e6).row[0]).isEqualTo(plain.number(1e6).row[0]).isEqualTo(5f);
    assertThat(Math.abs(plain.number(1).row[0])).isLessThan(0.1f);
    assertThat(robust.number(1).row[0]).isBetween(0.7f, 1.2f);
  }

  @Test
  void shouldCrossCategoriesAndNumbersAndBeMissingIfOneIs() {
    Bench bench =
        new Bench(
            FeatureSpec.hashed("city", 50),
            raw("hour", FeatureSettings.NONE),
            FeatureSpec.cross("both", List.of("city", "hour"), 1 << 20));
    int first = cross(bench, 3, 7);
    assertThat(cross(bench, 3, 7)).isEqualTo(first);
    assertThat(List.of(cross(bench, 7, 3), cross(bench, 3, 8), cross(bench, 4, 7)))
        .doesNotContain(first, 0)
        .doesNotHaveDuplicates();
    assertThat(cross(bench, EventRow.MISSING, 7)).isZero();
    assertThat(cross(bench, 3, Double.NaN)).isZero();
    assertThat(cross(bench, 3, -0.0)).isEqualTo(cross(bench, 3, 0.0));
    assertThatThrownBy(
            () ->
                new Bench(FeatureSpec.hashed("a", 5), FeatureSpec.cross("x", List.of("a", "b"), 5)))
        .hasMessage("a cross reads features, feature=x, no feature=b");
  }

  private static int cross(Bench bench, long city, double hour) {
    bench.event.clear();
    bench.event.categories[0] = city;
    bench.event.numbers[0] = hour;
    bench.make();
    return bench.entries.index(1) - 50;
  }

  @Test
  void shouldWeighTokensByHowRareTheyHaveBeen() {
    Bench bench =
        new Bench(FeatureSpec.text("t", 100, new TokenSettings(1, 0, 0, Weight.BINARY, true)));
    for (int i = 0; i < 9; i++) {
      fill(bench, 5);
    }
    fill(bench, 5, 6);
    assertThat(bench.entries.count()).isEqualTo(2);
    assertThat(bench.entries.weight(0)).isEqualTo(1f);
    assertThat(bench.entries.weight(1)).isEqualTo((float) (Math.log(11.0 / 2) + 1));
    bench.event.clear();
    bench.make();
    assertThat(bench.entries.index(0)).as("missing").isZero();
    fill(bench);
    assertThat(bench.entries.count()).as("no token").isZero();
  }

  private static void fill(Bench bench, long... tokens) {
    bench.event.clear();
    bench.event.bags[0].begin();
    for (long token : tokens) {
      bench.event.bags[0].add(token, 100, 1f);
    }
    bench.make();
  }

  @Test
  void shouldGoOnFromItsStateAsIfItHadNeverStopped() {
    FeatureSpec[] features = {
      raw("x.lag3", FeatureSettings.NONE.of("x").withLag(3)),
      FeatureSpec.discretized("d", List.of()),
      FeatureSpec.text("t", 100, new TokenSettings(1, 0, 0, Weight.COUNT, true))
    };
    Bench first = new Bench(features);
    Bench second = new Bench(features);
    for (int i = 0; i < 40; i++) {
      if (i == 17) {
        Map<String, byte[]> blocks = new HashMap<>();
        new StateBlocks(first.featurizer.state()).writeAll(blocks::put);
        second.number(1e9); // is forgotten
        second.featurizer.forget();
        new StateBlocks(second.featurizer.state()).read(blocks::get);
        second.featurizer.restored();
      }
      draw(first, i);
      if (i >= 17) {
        draw(second, i);
        assertThat(second.row).isEqualTo(first.row);
        for (int e = 0; e < first.entries.count(); e++) {
          assertThat(second.entries.index(e)).isEqualTo(first.entries.index(e));
          assertThat(second.entries.weight(e)).isEqualTo(first.entries.weight(e));
        }
      }
    }
  }

  private static void draw(Bench bench, int i) {
    bench.event.clear();
    bench.event.numbers[0] = i % 5 == 0 ? Double.NaN : i * i;
    bench.event.ranged[0] = i % 7;
    bench.event.bags[0].begin();
    bench.event.bags[0].add(i % 11, 100, 1 + i % 3);
    bench.make();
  }
}
