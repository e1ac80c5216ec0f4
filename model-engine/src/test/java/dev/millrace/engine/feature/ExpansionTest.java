package dev.millrace.engine.feature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.millrace.engine.kernel.Elementary;
import dev.millrace.engine.kernel.KernelChoice;
import dev.millrace.engine.kernel.Kernels;
import dev.millrace.engine.layer.Entries;
import dev.millrace.engine.state.StateBlocks;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExpansionTest {
  private static final Kernels KERNELS = KernelChoice.select(KernelChoice.Mode.AUTO).kernels();

  private static final List<FeatureSpec> FEATURES =
      List.of(
          FeatureSpec.numeric("a"),
          FeatureSpec.oneHot("c", List.of("p", "q")),
          FeatureSpec.vector("v", 2, true),
          new FeatureSpec("b", FeatureKind.NUMERIC, List.of(), 1, false),
          FeatureSpec.hashed("h", 50),
          FeatureSpec.numeric("d"));

  /** The entries of one row by field, a field's as index and weight. */
  private record Row(float[] z, List<Map<Integer, Float>> basis, List<Integer> crosses) {}

  private static final class Expanded {
    final FeatureSpace space;
    final Featurizer featurizer;
    final EventRow event;

    Expanded(List<FeatureSpec> features, ExpansionSpec spec) {
      space = new FeatureSpace(features, Optional.of(spec));
      featurizer = new Featurizer(space, KERNELS);
      event = space.newEvent();
    }

    int base(String field) {
      int base = 0;
      for (Map.Entry<String, Integer> one : space.categories().entrySet()) {
        if (one.getKey().equals(field)) {
          return base;
        }
        base += one.getValue();
      }
      throw new AssertionError(field);
    }

    Entries entries(float[] z) {
      Entries entries = new Entries(space.categories().size(), 1);
      featurizer.featurize(event, z, 0, entries);
      assertThat(entries.closedFields()).isEqualTo(space.categories().size());
      return entries;
    }

    Row row(ExpansionSpec spec, int numbers) {
      float[] z = new float[space.width()];
      Entries entries = entries(z);
      List<String> names = List.copyOf(space.categories().keySet());
      List<Map<Integer, Float>> basis = new ArrayList<>();
      int field = names.indexOf(FeatureSpace.BASIS);
      for (int i = 0; i < numbers; i++) {
        basis.add(new HashMap<>());
      }
      for (int e = entries.start(0, field); e < entries.end(0, field); e++) {
        int index = entries.index(e) - base(FeatureSpace.BASIS);
        basis.get(index / spec.basisSize()).put(index % spec.basisSize(), entries.weight(e));
      }
      List<Integer> crosses = new ArrayList<>();
      int cross = names.indexOf(FeatureSpace.CROSSES);
      for (int e = entries.start(0, cross); e < entries.end(0, cross); e++) {
        assertThat(entries.weight(e)).isEqualTo(1f);
        crosses.add(entries.index(e) - base(FeatureSpace.CROSSES));
      }
      return new Row(z, basis, crosses);
    }
  }

  /** Of one number by the definition in words. */
  private static final class SlowNumber {
    final List<Double> different = new ArrayList<>();

    Map<Integer, Double> basis(double value, float z, ExpansionSpec spec) {
      Map<Integer, Double> basis = new HashMap<>();
      if (Double.isNaN(value)) {
        basis.put(spec.knots() + spec.values(), 1.0);
        return basis;
      }
      double u = (spec.knots() - 1) * phi(z);
      for (int knot = 0; knot < spec.knots(); knot++) {
        basis.put(knot, Math.max(0, 1 - Math.abs(u - knot)));
      }
      if (!different.contains(value + 0.0)) {
        different.add(value + 0.0);
      }
      int place = different.indexOf(value + 0.0);
      if (place < spec.values()) {
        basis.put(spec.knots() + place, 1.0);
      }
      return basis;
    }

    /**
     * What a cross knows of the number, after {@link #basis} of the event. Where fewer values than
     * 32 are kept, these are known by their value forever.
     */
    Object code(double value, float z, ExpansionSpec spec) {
      if (Double.isNaN(value)) {
        return "missing";
      }
      boolean kept = different.indexOf(value + 0.0) < spec.values();
      return kept && Math.min(different.size(), spec.values() + 1) <= 32
          ? "value " + (value + 0.0)
          : "decile " + Math.min(9, (int) (10 * Elementary.normalCdf(z)));
    }
  }

  /** Φ in double, by Simpson's rule. */
  private static double phi(double z) {
    double end = Math.max(-9, Math.min(9, z));
    int parts = 2_000;
    double sum = 0;
    for (int i = 0; i <= parts; i++) {
      double x = end * i / parts;
      double factor = i == 0 || i == parts ? 1 : i % 2 == 1 ? 4 : 2;
      sum += factor * Math.exp(-x * x / 2);
    }
    return 0.5 + sum * end / parts / 3 / Math.sqrt(2 * Math.PI);
  }

  /** Few values, many values, and a number that is long, short, missing or -0.0. */
  private static void fill(EventRow event, SplittableRandom random, int different) {
    event.clear();
    event.numbers[0] = random.nextInt(5) == 0 ? Double.NaN : random.nextInt(different);
    event.numbers[1] =
        switch (random.nextInt(6)) {
          case 0 -> -0.0;
          case 1 -> 0.0;
          case 2 -> Double.NaN;
          case 3 -> random.nextBoolean() ? 1e30 : -1e300;
          default -> random.nextInt(4) - 1.5;
        };
    event.numbers[2] = random.nextDouble(-3, 3);
    event.categories[0] = random.nextInt(4) - 1;
    event.categories[1] = random.nextInt(20) - 1;
    event.vectors[0] = (float) random.nextDouble();
    event.vectors[1] = (float) random.nextDouble();
  }

  @ParameterizedTest
  @CsvSource({"16, 64, 10", "32, 64, 200", "2, 5, 20", "8, 0, 3", "5, 40, 33"})
  void writesWhatItsDefinitionSaysOfAnyRow(int knots, int values, int different) {
    ExpansionSpec spec = new ExpansionSpec(knots, values, 10, 100, 1 << 20, 3);
    Expanded expanded = new Expanded(FEATURES, spec);
    SlowNumber[] slow = {new SlowNumber(), new SlowNumber(), new SlowNumber()};
    int[] columns = {0, 3, 4}; // the vector takes two
    Map<List<Object>, Integer> buckets = new HashMap<>();
    SplittableRandom random = new SplittableRandom(17);
    for (int event = 0; event < 1_000; event++) {
      fill(expanded.event, random, different);
      Row row = expanded.row(spec, slow.length);
      List<Object> codes = new ArrayList<>();
      for (int i = 0; i < slow.length; i++) {
        double value = expanded.event.numbers[i];
        float z = row.z()[columns[i]];
        assertSame(row.basis().get(i), slow[i].basis(value, z, spec), "event %d".formatted(event));
        codes.add(slow[i].code(value, z, spec));
      }
      codes.add(expanded.event.categories[0]);
      codes.add(
          expanded.event.categories[1] == EventRow.MISSING ? 0 : expanded.event.categories[1]);
      assertThat(row.crosses()).hasSize(10);
      int pair = 0;
      for (int i = 0; i < codes.size(); i++) {
        for (int j = i + 1; j < codes.size(); j++, pair++) {
          List<Object> both = List.of(pair, codes.get(i), codes.get(j));
          Integer before = buckets.putIfAbsent(both, row.crosses().get(pair));
          if (before != null) {
            assertThat(row.crosses().get(pair)).as("%s", both).isEqualTo(before);
          }
        }
      }
    }
    int used = new HashSet<>(buckets.values()).size();
    assertThat(buckets.size() - used)
        .as("few of %d codes share a bucket", buckets.size())
        .isLessThan(10 + buckets.size() / 50);
  }

  private static void assertSame(Map<Integer, Float> got, Map<Integer, Double> right, String what) {
    double sum = 0;
    for (Map.Entry<Integer, Float> one : got.entrySet()) {
      assertThat(one.getValue()).as(what).isBetween(0f, 1f);
      assertThat(right).as(what).containsKey(one.getKey());
      sum += one.getValue();
    }
    double rightSum = 0;
    for (Map.Entry<Integer, Double> one : right.entrySet()) {
      double weight = got.getOrDefault(one.getKey(), 0f);
      assertThat(weight)
          .as("%s, category %d", what, one.getKey())
          .isCloseTo(one.getValue(), within(3e-5));
      rightSum += one.getValue();
    }
    assertThat(sum).isCloseTo(rightSum, within(1e-6));
  }

  @Test
  void knowsTheFirstValuesForeverAndNoOthers() {
    ExpansionSpec spec = new ExpansionSpec(4, 64, 1, 1, 1 << 10, 3);
    Expanded expanded = new Expanded(FEATURES, spec);
    for (int round = 0; round < 3; round++) {
      for (int value = 0; value < 100; value++) {
        expanded.event.clear();
        expanded.event.numbers[0] = value * 1.25 - 7;
        Set<Integer> categories = expanded.row(spec, 1).basis().getFirst().keySet();
        if (value < 64) {
          assertThat(categories).contains(4 + value).hasSize(3);
        } else {
          assertThat(categories).hasSize(2).allMatch(category -> category < 4);
        }
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"3, 10", "64, 30", "64, 200", "0, 10"})
  void goesOnFromItsState(int values, int different) {
    ExpansionSpec spec = new ExpansionSpec(16, values, 10, 5, 1 << 12, 3);
    for (int stop : new int[] {0, 1, 20, 33, 300}) {
      Expanded through = new Expanded(FEATURES, spec);
      SplittableRandom random = new SplittableRandom(stop);
      for (int event = 0; event < stop; event++) {
        fill(through.event, random, different);
        through.row(spec, 3);
      }
      Map<String, byte[]> blocks = new HashMap<>();
      new StateBlocks(through.featurizer.state()).writeAll(blocks::put);
      Expanded resumed = new Expanded(FEATURES, spec);
      fill(resumed.event, random, different);
      resumed.row(spec, 3); // is forgotten
      resumed.featurizer.forget();
      new StateBlocks(resumed.featurizer.state()).read(blocks::get);
      resumed.featurizer.restored();
      for (int event = 0; event < 300; event++) {
        long seed = random.nextLong();
        fill(through.event, new SplittableRandom(seed), different);
        fill(resumed.event, new SplittableRandom(seed), different);
        Row right = through.row(spec, 3);
        Row got = resumed.row(spec, 3);
        assertThat(got.basis()).as("stop %d, event %d", stop, event).isEqualTo(right.basis());
        assertThat(got.crosses()).isEqualTo(right.crosses());
      }
    }
  }

  @Test
  void crossesAsManyPairsAsStatedEachAsLikelyAsAnyOther() {
    int features = 10;
    List<FeatureSpec> categories =
        IntStream.range(0, features).mapToObj(i -> FeatureSpec.hashed("c" + i, 1_000)).toList();
    int seeds = 400;
    Map<Set<Integer>, Integer> chosen = new HashMap<>();
    for (long seed = 0; seed < seeds; seed++) {
      ExpansionSpec spec = new ExpansionSpec(2, 0, 0, 9, 1 << 30, seed);
      Expanded expanded = new Expanded(categories, spec);
      assertThat(expanded.space.categories()).doesNotContainKey(FeatureSpace.BASIS);
      int[] before = crosses(expanded, -1);
      List<Set<Integer>> pairs = new ArrayList<>();
      Arrays.stream(before).forEach(bucket -> pairs.add(new HashSet<>()));
      for (int feature = 0; feature < features; feature++) {
        int[] after = crosses(expanded, feature);
        for (int p = 0; p < after.length; p++) {
          if (after[p] != before[p]) {
            pairs.get(p).add(feature);
          }
        }
      }
      assertThat(pairs).hasSize(9).doesNotHaveDuplicates().allMatch(pair -> pair.size() == 2);
      assertThat(crosses(new Expanded(categories, spec), -1)).containsExactly(before);
      pairs.forEach(pair -> chosen.merge(pair, 1, Integer::sum));
    }
    assertThat(chosen).as("each of 45 pairs in about 80 of 400 seeds").hasSize(45);
    assertThat(chosen.values()).allMatch(times -> times > 40 && times < 120);
  }

  private static int[] crosses(Expanded expanded, int changed) {
    expanded.event.clear();
    for (int i = 0; i < expanded.event.categories.length; i++) {
      expanded.event.categories[i] = i == changed ? 500 : 7 + i;
    }
    Entries entries = expanded.entries(new float[0]);
    int field = List.copyOf(expanded.space.categories().keySet()).indexOf(FeatureSpace.CROSSES);
    int first = entries.start(0, field);
    return IntStream.range(first, entries.end(0, field)).map(entries::index).toArray();
  }

  @Test
  void hasNoFieldThatWouldBeEmpty() {
    ExpansionSpec all = new ExpansionSpec(16, 64, 10, 10, 1 << 10, 3);
    assertThat(fields(List.of(FeatureSpec.vector("v", 3, true)), all)).containsExactly("");
    assertThat(fields(List.of(FeatureSpec.numeric("a")), all)).containsExactly("@basis");
    assertThat(fields(List.of(FeatureSpec.hashed("c", 9)), all)).containsExactly("c");
    List<FeatureSpec> two = List.of(FeatureSpec.numeric("a"), FeatureSpec.hashed("c", 9));
    assertThat(fields(two, all)).containsExactly("c", "@basis", "@crosses");
    ExpansionSpec none = new ExpansionSpec(16, 64, 0, 0, 1 << 10, 3);
    assertThat(fields(two, none)).containsExactly("c");
  }

  private static List<String> fields(List<FeatureSpec> features, ExpansionSpec spec) {
    Expanded expanded = new Expanded(features, spec);
    float[] z = new float[expanded.space.width()];
    if (!expanded.space.categories().isEmpty()) {
      expanded.entries(z);
    }
    List<String> names = List.copyOf(expanded.space.categories().keySet());
    return names.isEmpty() ? List.of("") : names;
  }

  @Test
  void refusesWhatCannotBe() {
    assertThatThrownBy(() -> new ExpansionSpec(1, 0, 0, 0, 2, 0)).hasMessageContaining("knots=1");
    assertThatThrownBy(() -> new ExpansionSpec(2, -1, 0, 0, 2, 0))
        .hasMessageContaining("values=-1");
    assertThatThrownBy(() -> new ExpansionSpec(2, 0, 0, 0, 100, 0))
        .hasMessage("buckets must be a power of two, buckets=100");
    assertThatThrownBy(() -> new ExpansionSpec(2, 0, 0, 0, 1, 0))
        .hasMessage("buckets must be a power of two, buckets=1");
  }

  @Test
  void aTextWhoseLabelComesLateIsCrossedAsOneWhoseLabelIsKnown() {
    List<FeatureSpec> features =
        List.of(
            FeatureSpec.growing("g", 3),
            FeatureSpec.oneHot("c", List.of("p", "q")),
            FeatureSpec.numeric("a"));
    ExpansionSpec spec = new ExpansionSpec(3, 4, 10, 10, 64, 1);
    FeatureSpace space = new FeatureSpace(features, Optional.of(spec));
    Featurizer prompt = new Featurizer(space, KERNELS);
    Featurizer late = new Featurizer(space, KERNELS);
    EventRow event = space.newEvent();
    for (int i = 0; i < 12; i++) {
      event.clear();
      event.categories[0] = i % 6 == 5 ? EventRow.MISSING : 1_000 + i % 4;
      event.categories[1] = i % 2;
      event.numbers[0] = i;
      Entries known = new Entries(space.categories().size(), 1);
      prompt.featurize(event, new float[1], 0, known, true);
      Entries learned = new Entries(space.categories().size(), 1);
      late.featurize(event, new float[1], 0, learned, false);
      late.learn(late.texts(event), learned, 0);
      assertThat(entries(learned)).isEqualTo(entries(known));
    }
  }

  private static List<Integer> entries(Entries row) {
    return IntStream.range(0, row.count(0, 1)).mapToObj(row::index).toList();
  }
}
