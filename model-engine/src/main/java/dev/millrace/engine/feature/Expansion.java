package dev.millrace.engine.feature;

import dev.millrace.engine.feature.FeatureSpace.Field;
import dev.millrace.engine.kernel.Elementary;
import dev.millrace.engine.layer.Entries;
import dev.millrace.engine.random.CounterRandom;
import dev.millrace.engine.state.StateArray;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Writes the two fields that an {@link ExpansionSpec} states behind those of the features.
 *
 * <p>{@link FeatureSpace#BASIS}, for each number x that stands in its row as z: the two hat
 * functions beside u = (knots − 1)·Φ(z), weighing together 1; the category of the value x, if it is
 * one of the first different ones; or the category of missing. {@link FeatureSpace#CROSSES}, for
 * each pair: a bucket by the hash of both values, a number being known by its value while it has
 * had at most {@value ExpansionSpec#EXACT_MAX} different ones, and by the decile Φ(z) afterwards; a
 * text of a growing vocabulary by its key, whether it has a row or not.
 */
final class Expansion {
  private static final int DECILES = 10;
  private static final long MISSING = -1;

  /** What a cross knows the lowest decile by; the others lie below. */
  private static final long FIRST_DECILE = -991;

  private static final long PAIR = 0x9E3779B97F4A7C15L;

  private final ExpansionSpec spec;
  private final Field[] numbers;
  private final int[] categories; // those that are crossed, by their number among all
  private final int[] texts; // of these: the slot of a text, by whose key it is known; else -1
  private final int[] pairs; // two places in codes each
  private final int basisBase;
  private final int crossesBase;
  private final int shift; // from a hash to a bucket
  private final long[] codes; // by number, then by category: what a cross knows of it

  private final double[] values; // [numbers][spec.values], each number's in order of appearance
  private final long[] known; // by number: how many of them there are, one more if too many came
  private final int[][] index; // by number: place + 1 of a value, by open addressing
  private boolean held; // no value becomes known

  Expansion(ExpansionSpec spec, List<Field> fields, int basisBase) {
    this.spec = spec;
    numbers = numbers(spec, fields).toArray(Field[]::new);
    List<Field> ofCategories =
        fields.stream().filter(field -> field.spec().kind().isCategory()).toList();
    categories =
        IntStream.range(0, ofCategories.size())
            .filter(i -> isCrossed(ofCategories.get(i)))
            .toArray();
    texts =
        Arrays.stream(categories)
            .mapToObj(ofCategories::get)
            .mapToInt(f -> f.spec().kind() == FeatureKind.GROWING ? f.slot() : -1)
            .toArray();
    this.basisBase = basisBase;
    crossesBase = basisBase + numbers.length * spec.basisSize();
    shift = Long.SIZE - Integer.numberOfTrailingZeros(spec.buckets());
    codes = new long[numbers.length + categories.length];
    pairs = pairs(codes.length, spec).stream().flatMapToInt(Arrays::stream).toArray();
    values = new double[numbers.length * spec.values()];
    known = new long[numbers.length];
    index = new int[numbers.length][Integer.highestOneBit(Math.max(1, 4 * spec.values() - 1))];
  }

  /** Whether a category can be one of a pair: it has one value an event, and is no pair itself. */
  private static boolean isCrossed(Field field) {
    return switch (field.spec().kind()) {
      case ONE_HOT, HASHED, GROWING, DISCRETIZED -> true;
      case NUMERIC, VECTOR, TEXT, BAG, CROSS -> false;
    };
  }

  /** All pairs, or as many as stated, each as likely as any other. */
  static List<int[]> pairs(int count, ExpansionSpec spec) {
    List<int[]> all = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      for (int j = i + 1; j < count; j++) {
        all.add(new int[] {i, j});
      }
    }
    int chosen = Math.min(spec.pairs(), all.size());
    for (int i = 0; i < chosen && chosen < all.size(); i++) {
      double uniform = CounterRandom.uniform(spec.seed(), PAIR, i);
      int other = i + (int) (uniform * (all.size() - i));
      int[] swapped = all.get(other);
      all.set(other, all.get(i));
      all.set(i, swapped);
    }
    return List.copyOf(all.subList(0, chosen));
  }

  /** The numbers that have a basis. */
  static Stream<Field> numbers(ExpansionSpec spec, List<Field> fields) {
    return fields.stream()
        .filter(field -> field.spec().kind() == FeatureKind.NUMERIC)
        .limit(spec.numbers());
  }

  /** What can be one of a pair: the numbers that have a basis, then the categories. */
  static List<Field> crossed(ExpansionSpec spec, List<Field> fields) {
    return Stream.concat(numbers(spec, fields), fields.stream().filter(Expansion::isCrossed))
        .toList();
  }

  static int basisCategories(ExpansionSpec spec, List<Field> fields) {
    return Math.toIntExact(numbers(spec, fields).count()) * spec.basisSize();
  }

  static boolean hasPairs(ExpansionSpec spec, List<Field> fields) {
    long categories = fields.stream().filter(Expansion::isCrossed).count();
    return spec.pairs() > 0 && numbers(spec, fields).count() + categories > 1;
  }

  /** Whether the values that are known stay those that they are. */
  void hold(boolean held) {
    this.held = held;
  }

  /**
   * Appends the fields of a row whose features have been written.
   *
   * @param row its numbers, from offset
   * @param entries its categories; those of the features are the last there are
   * @param firstField of the row, among all that entries has
   */
  void expand(EventRow event, float[] row, int offset, Entries entries, int firstField) {
    if (numbers.length > 0) {
      for (int i = 0; i < numbers.length; i++) {
        codes[i] =
            basis(i, event.numbers[numbers[i].slot()], row[offset + numbers[i].column()], entries);
      }
      entries.endField();
    }
    if (pairs.length > 0) {
      for (int i = 0; i < categories.length; i++) {
        codes[numbers.length + i] =
            texts[i] < 0
                ? entries.index(entries.start(firstField + categories[i]))
                : event.categories[texts[i]];
      }
      for (int p = 0; p < pairs.length; p += 2) {
        long code = Utf8Hash.mix(PAIR * (p + 1) + codes[pairs[p]]);
        entries.add(crossesBase + (int) (Utf8Hash.mix(code + codes[pairs[p + 1]]) >>> shift), 1f);
      }
      entries.endField();
    }
  }

  /** Adds the entries of one number, and returns what a cross knows it by. */
  private long basis(int i, double value, float z, Entries entries) {
    int base = basisBase + i * spec.basisSize();
    if (Double.isNaN(value)) {
      entries.add(base + spec.knots() + spec.values(), 1f);
      return MISSING;
    }
    float share = Elementary.normalCdf(z);
    float u = (spec.knots() - 1) * share;
    int knot = Math.min(spec.knots() - 2, (int) u);
    float part = u - knot;
    entries.add(base + knot, 1f - part);
    entries.add(base + knot + 1, part);
    int place = place(i, value);
    if (place >= 0) {
      entries.add(base + spec.knots() + place, 1f);
      if (known[i] <= ExpansionSpec.EXACT_MAX) {
        return place;
      }
    }
    return FIRST_DECILE - Math.min(DECILES - 1, (int) (DECILES * share));
  }

  /** The place of a value among the first different ones, -1 if it is not among them. */
  private int place(int i, double value) {
    int slot = slot(i, value);
    if (index[i][slot] != 0) {
      return index[i][slot] - 1;
    }
    if (held) {
      return -1;
    }
    if (known[i] >= spec.values()) {
      known[i] = spec.values() + 1L;
      return -1;
    }
    values[i * spec.values() + (int) known[i]] = value;
    index[i][slot] = (int) ++known[i];
    return (int) known[i] - 1;
  }

  /** Where the index has the value, or is free for it. */
  private int slot(int i, double value) {
    int mask = index[i].length - 1;
    int slot = (int) Utf8Hash.mix(Double.doubleToLongBits(value + 0.0)) & mask;
    while (index[i][slot] != 0 && values[i * spec.values() + index[i][slot] - 1] != value) {
      slot = slot + 1 & mask;
    }
    return slot;
  }

  /** How many values of each number are known; to {@link #backTo}. */
  long[] known() {
    return known.clone();
  }

  /** Forgets the values that one event has added since. */
  void backTo(long[] before) {
    for (int i = 0; i < numbers.length; i++) {
      if (known[i] > before[i] && before[i] < spec.values()) {
        int newest = i * spec.values() + (int) before[i];
        index[i][slot(i, values[newest])] = 0; // the last one in, so that none lies behind it
        values[newest] = 0;
      }
      known[i] = before[i];
    }
  }

  List<StateArray> state() {
    return List.of(
        StateArray.of("feat/expansion.values", values),
        StateArray.of("feat/expansion.known", known));
  }

  /** Takes up the values that were read. */
  void restored() {
    for (int i = 0; i < numbers.length; i++) {
      Arrays.fill(index[i], 0);
      for (int v = 0; v < Math.min(known[i], spec.values()); v++) {
        index[i][slot(i, values[i * spec.values() + v])] = v + 1;
      }
    }
  }
}
