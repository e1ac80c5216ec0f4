package dev.millrace.engine.feature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.millrace.engine.kernel.KernelChoice;
import dev.millrace.engine.kernel.Kernels;
import dev.millrace.engine.layer.Entries;
import java.util.List;
import org.junit.jupiter.api.Test;

class FeaturizerTest {
  private static final Kernels KERNELS = KernelChoice.select(KernelChoice.Mode.PLAIN).kernels();

  private final FeatureSpace space =
      new FeatureSpace(
          List.of(
              FeatureSpec.numeric("x"),
              FeatureSpec.oneHot("color", List.of("red", "green")),
              FeatureSpec.vector("v", 2, false),
              FeatureSpec.hashed("city", 10)));
  private final Featurizer featurizer = new Featurizer(space, KERNELS);
  private final EventRow event = space.newEvent();
  private final float[] row = new float[space.width()];
  private final Entries entries = new Entries(2, 1);

  @Test
  void shouldStandardizeByTheMeanAndDeviationSoFarIncludingTheValueItself() {
    double[] values = {2, 4, 9, -3, 5};
    double sum = 0;
    double squares = 0;
    for (int i = 0; i < values.length; i++) {
      sum += values[i];
      squares += values[i] * values[i];
      double mean = sum / (i + 1);
      double deviation = Math.sqrt(squares / (i + 1) - mean * mean);
      event.numbers[0] = values[i];
      featurizer.featurize(event, row, 0, entries);
      double expected = deviation == 0 ? 0 : (values[i] - mean) / deviation;
      assertThat((double) row[0]).as("value %d", i).isCloseTo(expected, within(1e-6));
    }
  }

  @Test
  void shouldGiveZeroForAColumnThatHasBeenConstant() {
    for (int i = 0; i < 3; i++) {
      event.numbers[0] = 7;
      featurizer.featurize(event, row, 0, entries);
      assertThat(row[0]).isZero();
    }
  }

  @Test
  void shouldGiveZeroForAMissingNumberAndLeaveTheStatisticsAlone() {
    Featurizer other = new Featurizer(space, KERNELS);
    float[] otherRow = new float[space.width()];
    for (double value : new double[] {1, Double.NaN, 3, Double.NaN, 8}) {
      event.numbers[0] = value;
      featurizer.featurize(event, row, 0, entries);
      if (Double.isNaN(value)) {
        assertThat(row[0]).isZero();
      } else {
        other.featurize(event, otherRow, 0, entries);
        assertThat(row[0]).isEqualTo(otherRow[0]);
      }
    }
  }

  @Test
  void shouldClipAnOutlierToFive() {
    for (int i = 0; i < 100; i++) {
      event.numbers[0] = i % 2;
      featurizer.featurize(event, row, 0, entries);
    }
    event.numbers[0] = 1e30;
    featurizer.featurize(event, row, 0, entries);
    assertThat(row[0]).isEqualTo(5f);
  }

  @Test
  void shouldGiveEachCategoryTheUnknownAndTheMissingAnIndexOfTheirOwn() {
    assertThat(space.categories().toString()).isEqualTo("{color=4, city=10}");
    assertThat(indices(0, 3)).containsExactly(0, 4 + 3);
    assertThat(indices(1, 9)).containsExactly(1, 4 + 9);
    assertThat(indices(2, 1)).as("unknown").containsExactly(2, 4 + 1);
    assertThat(indices(EventRow.MISSING, EventRow.MISSING)).containsExactly(3, 4);
  }

  private int[] indices(int color, int city) {
    event.categories[0] = color;
    event.categories[1] = city;
    entries.clear();
    featurizer.featurize(event, row, 0, entries);
    assertThat(entries.end(0, 0) - entries.start(0, 0)).isOne();
    assertThat(entries.weight(0)).isOne();
    return new int[] {entries.index(entries.start(0, 0)), entries.index(entries.start(0, 1))};
  }

  @Test
  void shouldGiveATextARowWhenItIsFirstLearnedUntilTheVocabularyIsFull() {
    FeatureSpace grows =
        new FeatureSpace(List.of(FeatureSpec.hashed("h", 5), FeatureSpec.growing("g", 2)));
    assertThat(grows.categories().toString()).isEqualTo("{h=5, g=4}");
    Featurizer growing = new Featurizer(grows, KERNELS);
    int unknown = 2;
    int missing = 3;
    assertThat(row(growing, grows, 900, false)).as("only seen").isEqualTo(unknown);
    assertThat(row(growing, grows, EventRow.MISSING, true)).isEqualTo(missing);
    assertThat(row(growing, grows, 800, true)).isZero();
    assertThat(row(growing, grows, 900, false)).as("only seen").isEqualTo(unknown);
    assertThat(row(growing, grows, 900, true)).isOne();
    assertThat(row(growing, grows, 700, true)).as("full").isEqualTo(unknown);
    assertThat(row(growing, grows, 800, false)).isZero();
    assertThat(row(growing, grows, 900, false)).isOne();
    assertThat(row(growing, grows, EventRow.MISSING, false)).isEqualTo(missing);
  }

  private static int row(Featurizer featurizer, FeatureSpace space, long key, boolean labelled) {
    EventRow event = space.newEvent();
    event.categories[1] = key;
    event.labelled = labelled;
    Entries entries = new Entries(2, 1);
    featurizer.featurize(event, new float[0], 0, entries);
    return entries.index(entries.start(0, 1)) - 5;
  }

  @Test
  void shouldCopyAVectorThatIsNotNormalized() {
    event.vectors[0] = 3.5f;
    event.vectors[1] = -1e20f;
    featurizer.featurize(event, row, 0, entries);
    assertThat(row[1]).isEqualTo(3.5f);
    assertThat(row[2]).isEqualTo(-1e20f);
  }

  @Test
  void shouldGiveZerosForAMissingVectorAndLeaveItsStatisticsAlone() {
    FeatureSpace vectors = new FeatureSpace(List.of(FeatureSpec.vector("v", 2, true)));
    Featurizer scaled = new Featurizer(vectors, KERNELS);
    Featurizer other = new Featurizer(vectors, KERNELS);
    EventRow vector = vectors.newEvent();
    Entries none = new Entries(0, 1);
    float[] values = new float[2];
    float[] expected = new float[2];
    for (int i = 0; i < 6; i++) {
      vector.clear();
      scaled.featurize(vector, values, 0, none);
      assertThat(values).containsOnly(0f);
      vector.vectors[0] = i;
      vector.vectors[1] = 10 - i * i;
      scaled.featurize(vector, values, 0, none);
      other.featurize(vector, expected, 0, none);
      assertThat(values).containsExactly(expected);
    }
  }
}
