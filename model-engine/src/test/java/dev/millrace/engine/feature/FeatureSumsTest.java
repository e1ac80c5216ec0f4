package dev.millrace.engine.feature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.millrace.engine.kernel.KernelChoice;
import dev.millrace.engine.layer.Entries;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class FeatureSumsTest {
  private static final List<FeatureSpec> FEATURES =
      List.of(
          FeatureSpec.numeric("a"),
          FeatureSpec.oneHot("c", List.of("p", "q")),
          FeatureSpec.vector("v", 3, true),
          FeatureSpec.numeric("b"),
          FeatureSpec.text("t", 30, TokenSettings.WORDS));

  @Test
  void everyNumberAndEntryBelongsToAFeatureAndACrossHalfToEachOfTwo() {
    ExpansionSpec expansion = new ExpansionSpec(4, 8, 10, 2, 16, 1);
    FeatureSpace space = new FeatureSpace(FEATURES, Optional.of(expansion));
    Entries entries = entries(space);
    FeatureSums sums = new FeatureSums(space);
    double[] numbers = {1, 10, 20, 30, 100};
    double[] shares = new double[entries.count(0, 1)];
    shares[0] = 1_000; // of c
    shares[1] = 2_000; // of a word of t
    shares[2] = 3_000; // of the other
    shares[3] = 0.25; // of the basis of a: two hats and a value
    shares[5] = 0.5;
    shares[8] = 0.125; // of the basis of b, the last of its three
    assertThat(sums.names()).containsExactly("a", "c", "v", "b", "t");
    assertThat(sums.of(numbers, shares, entries, 0))
        .containsExactly(1.75, 1_000, 60, 100.125, 5_000);

    Arrays.fill(shares, 0);
    shares[9] = 8; // the first pair that the seed chose
    double[] found = sums.of(new double[5], shares, entries, 0).clone();
    assertThat(Arrays.stream(found).sum()).isCloseTo(8, within(1e-12));
    assertThat(Arrays.stream(found).filter(value -> value == 4)).hasSize(2);
    assertThat(found[2]).as("a vector is not crossed").isZero();
    assertThat(found[4]).as("nor is a text").isZero();
  }

  @Test
  void aRowWithoutCategoriesHasItsNumbers() {
    FeatureSpace space = new FeatureSpace(List.of(FeatureSpec.numeric("a")));
    FeatureSums sums = new FeatureSums(space);
    assertThat(sums.of(new double[] {3}, new double[0], new Entries(0, 1), 0)).containsExactly(3);
  }

  private static Entries entries(FeatureSpace space) {
    Featurizer featurizer =
        new Featurizer(space, KernelChoice.select(KernelChoice.Mode.AUTO).kernels());
    EventRow event = space.newEvent();
    event.clear();
    event.numbers[0] = 1;
    event.numbers[1] = 2;
    event.bags[0].begin();
    event.bags[0].add(3, 30, 1f);
    event.bags[0].add(4, 30, 1f);
    Entries entries = new Entries(space.categories().size(), 1);
    featurizer.featurize(event, new float[space.width()], 0, entries);
    return entries;
  }
}
