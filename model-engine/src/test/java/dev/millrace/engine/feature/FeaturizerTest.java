package dev.millrace.engine.feature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.millrace.engine.kernel.KernelChoice;
import dev.millrace.engine.kernel.Kernels;
import java.util.List;
import org.junit.jupiter.api.Test;

class FeaturizerTest {
  private static final Kernels KERNELS = KernelChoice.select(KernelChoice.Mode.PLAIN).kernels();

  private final FeatureSpace space =
      new FeatureSpace(
          List.of(
              FeatureSpec.numeric("x"),
              FeatureSpec.oneHot("color", List.of("red", "green")),
              FeatureSpec.vector("v", 2, false)));
  private final Featurizer featurizer = new Featurizer(space, KERNELS);
  private final EventRow event = space.newEvent();
  private final float[] row = new float[space.width()];

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
      featurizer.featurize(event, row, 0);
      double expected = deviation == 0 ? 0 : (values[i] - mean) / deviation;
      assertThat((double) row[0]).as("value %d", i).isCloseTo(expected, within(1e-6));
    }
  }

  @Test
  void shouldGiveZeroForAColumnThatHasBeenConstant() {
    for (int i = 0; i < 3; i++) {
      event.numbers[0] = 7;
      featurizer.featurize(event, row, 0);
      assertThat(row[0]).isZero();
    }
  }

  @Test
  void shouldGiveZeroForAMissingNumberAndLeaveTheStatisticsAlone() {
    Featurizer other = new Featurizer(space, KERNELS);
    float[] otherRow = new float[space.width()];
    for (double value : new double[] {1, Double.NaN, 3, Double.NaN, 8}) {
      event.numbers[0] = value;
      featurizer.featurize(event, row, 0);
      if (Double.isNaN(value)) {
        assertThat(row[0]).isZero();
      } else {
        other.featurize(event, otherRow, 0);
        assertThat(row[0]).isEqualTo(otherRow[0]);
      }
    }
  }

  @Test
  void shouldClipAnOutlierToFive() {
    for (int i = 0; i < 100; i++) {
      event.numbers[0] = i % 2;
      featurizer.featurize(event, row, 0);
    }
    event.numbers[0] = 1e30;
    featurizer.featurize(event, row, 0);
    assertThat(row[0]).isEqualTo(5f);
  }

  @Test
  void shouldGiveEachCategoryTheUnknownAndTheMissingAColumnOfTheirOwn() {
    assertThat(colorColumns(0)).containsExactly(1, 0, 0, 0);
    assertThat(colorColumns(1)).containsExactly(0, 1, 0, 0);
    assertThat(colorColumns(2)).as("unknown").containsExactly(0, 0, 1, 0);
    assertThat(colorColumns(EventRow.MISSING)).containsExactly(0, 0, 0, 1);
  }

  private float[] colorColumns(int category) {
    event.categories[0] = category;
    featurizer.featurize(event, row, 0);
    return new float[] {row[1], row[2], row[3], row[4]};
  }

  @Test
  void shouldCopyAVectorThatIsNotNormalized() {
    event.vectors[0] = 3.5f;
    event.vectors[1] = -1e20f;
    featurizer.featurize(event, row, 0);
    assertThat(row[5]).isEqualTo(3.5f);
    assertThat(row[6]).isEqualTo(-1e20f);
  }

  @Test
  void shouldGiveZerosForAMissingVectorAndLeaveItsStatisticsAlone() {
    FeatureSpace vectors = new FeatureSpace(List.of(FeatureSpec.vector("v", 2, true)));
    Featurizer scaled = new Featurizer(vectors, KERNELS);
    Featurizer other = new Featurizer(vectors, KERNELS);
    EventRow vector = vectors.newEvent();
    float[] values = new float[2];
    float[] expected = new float[2];
    for (int i = 0; i < 6; i++) {
      vector.clear();
      scaled.featurize(vector, values, 0);
      assertThat(values).containsOnly(0f);
      vector.vectors[0] = i;
      vector.vectors[1] = 10 - i * i;
      scaled.featurize(vector, values, 0);
      other.featurize(vector, expected, 0);
      assertThat(values).containsExactly(expected);
    }
  }
}
