package dev.millrace.engine.feature;

import dev.millrace.engine.feature.FeatureSpace.Field;
import dev.millrace.engine.kernel.Kernels;
import dev.millrace.engine.layer.Entries;
import dev.millrace.engine.state.StateArray;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Turns an {@link EventRow} into a row of numbers, standardising them as it goes, and entries for
 * its categories.
 *
 * <p>A number first joins its column's running mean and population variance (Welford 1962), then is
 * scaled by them and clipped to ±{@value #CLIP}; a column that has been constant so far gives 0. A
 * missing number or vector gives 0 and joins nothing. One-hot has a category for each word of its
 * vocabulary, then one for unknown ones, then one for missing; so has a growing text, whose
 * vocabulary is that of the labelled events so far. Whatever is hashed has category 0 for missing,
 * a number taken by its range the last one.
 */
public final class Featurizer {
  /** Standardised values lie within ± this. */
  public static final float CLIP = 5f;

  /** Values after which a deviation is good enough to tell an outlier by. */
  private static final int ROBUST_FROM = 10;

  private final FeatureSpace space;
  private final Field[] fields;
  private final int[] statistic; // by field: its first place in mean and m2, -1 if not scaled
  private final Kernels kernels;
  private final long[] count; // by field: values that have joined
  private final double[] mean; // by column that is scaled
  private final double[] m2;
  private final Completion completion;
  private final GrowingVocabulary[] vocabularies; // by field: null if it does not grow
  private final Expansion expansion; // null if nothing is made of the features
  private final EntryRarity[] rarities; // by field: null if its weights do not depend on it
  private final Crossing[] crossings; // by field: null if it is no cross
  private final double[][] bounds; // by field: null if it has none
  private final FeatureCounts counts = new FeatureCounts();
  private boolean held; // statistics and vocabularies stay as they are

  public Featurizer(FeatureSpace space, Kernels kernels) {
    this.space = space;
    this.kernels = kernels;
    fields = space.fields().toArray(Field[]::new);
    statistic = new int[fields.length];
    completion = new Completion(space.fields());
    vocabularies = new GrowingVocabulary[fields.length];
    rarities = new EntryRarity[fields.length];
    crossings = new Crossing[fields.length];
    bounds = new double[fields.length][];
    int statistics = 0;
    for (int i = 0; i < fields.length; i++) {
      FeatureSpec spec = fields[i].spec();
      statistic[i] = spec.normalize() ? statistics : -1;
      statistics += !spec.normalize() ? 0 : spec.kind() == FeatureKind.VECTOR ? spec.size() : 1;
      prepare(i, spec);
    }
    count = new long[fields.length];
    mean = new double[statistics];
    m2 = new double[statistics];
    expansion = space.newExpansion().orElse(null);
  }

  private void prepare(int i, FeatureSpec spec) {
    switch (spec.kind()) {
      case GROWING ->
          vocabularies[i] = new GrowingVocabulary(spec.texts(), spec.settings().growthOrNone());
      case TEXT, BAG -> {
        if (spec.settings().tokens().idf()) {
          rarities[i] = new EntryRarity(spec.size());
        }
      }
      case CROSS -> crossings[i] = new Crossing(spec, space.fields());
      case DISCRETIZED -> {
        if (!spec.normalize()) {
          List<Double> stated = spec.settings().bounds();
          bounds[i] = stated.stream().mapToDouble(Double::doubleValue).toArray();
        }
      }
      case NUMERIC, ONE_HOT, HASHED, VECTOR -> {}
    }
  }

  /** Columns of a row. */
  public int width() {
    return space.width();
  }

  /** What features had to do without so far. */
  public FeatureCounts counts() {
    return counts;
  }

  /** What is known of the values of each feature. */
  public List<FeatureStatistics> statistics() {
    return IntStream.range(0, fields.length).mapToObj(this::statistics).toList();
  }

  private FeatureStatistics statistics(int field) {
    FeatureSpec spec = fields[field].spec();
    boolean scalar = statistic[field] >= 0 && spec.kind() != FeatureKind.VECTOR;
    int i = statistic[field];
    return new FeatureStatistics(
        spec.name(),
        spec.kind(),
        scalar ? count[field] : 0,
        scalar && count[field] > 0 ? mean[i] : Double.NaN,
        scalar && count[field] > 0 ? Math.sqrt(m2[i] / count[field]) : Double.NaN,
        vocabularies[field] == null
            ? OptionalInt.empty()
            : OptionalInt.of(vocabularies[field].known()));
  }

  /**
   * Whether what is scaled or known stays as it is: no value joins a statistic and no text a
   * vocabulary. Past values and counts go on, for they are of the events and not of the model.
   */
  public void hold(boolean held) {
    this.held = held;
    if (expansion != null) {
      expansion.hold(held);
    }
  }

  /** The same for an event whose label is known, if it has one. */
  public void featurize(EventRow event, float[] row, int offset, Entries entries) {
    featurize(event, row, offset, entries, event.labelled);
  }

  /**
   * Completes the event and writes its row; its numbers join the statistics first, and if its label
   * is known its texts join the vocabularies that grow.
   *
   * @param row receives {@link #width()} floats from {@code offset}
   * @param entries gets another row
   */
  public void featurize(
      EventRow event, float[] row, int offset, Entries entries, boolean labelIsKnown) {
    completion.complete(event, true);
    write(event, row, offset, entries, labelIsKnown);
  }

  /**
   * Writes the row that {@link #featurize} would write of the event without a label; all statistics
   * are then what they were before.
   */
  public void peek(EventRow event, float[] row, int offset, Entries entries) {
    completion.complete(event, false);
    long[] countBefore = count.clone();
    double[] meanBefore = mean.clone();
    double[] m2Before = m2.clone();
    long[] knownBefore = expansion == null ? null : expansion.known();
    write(event, row, offset, entries, false);
    System.arraycopy(countBefore, 0, count, 0, count.length);
    System.arraycopy(meanBefore, 0, mean, 0, mean.length);
    System.arraycopy(m2Before, 0, m2, 0, m2.length);
    for (int i = 0; i < fields.length; i++) {
      if (rarities[i] != null) {
        rarities[i].remove(event.bags[fields[i].slot()]);
      }
    }
    if (expansion != null) {
      expansion.backTo(knownBefore);
    }
  }

  private void write(
      EventRow event, float[] row, int offset, Entries entries, boolean labelIsKnown) {
    int firstField = entries.closedFields();
    counts.add(event);
    for (int i = 0; i < fields.length; i++) {
      Field field = fields[i];
      FeatureKind kind = field.spec().kind();
      if (kind == FeatureKind.NUMERIC) {
        row[offset + field.column()] = number(event.numbers[field.slot()], i);
      } else if (kind == FeatureKind.VECTOR) {
        vector(event.vectors, i, row, offset + field.column());
      } else if (kind.isBag()) {
        bag(event.bags[field.slot()], i, entries);
        entries.endField();
      } else {
        entries.add(field.column() + category(event, labelIsKnown, i), 1f);
        entries.endField();
      }
    }
    if (expansion != null) {
      expansion.expand(event, row, offset, entries, firstField);
    }
  }

  private float number(double value, int field) {
    if (Double.isNaN(value)) {
      counts.missing();
      return 0f;
    }
    return statistic[field] < 0 ? (float) value : standardize(value, field);
  }

  private int category(EventRow event, boolean labelIsKnown, int i) {
    Field field = fields[i];
    return switch (field.spec().kind()) {
      case ONE_HOT -> oneHot((int) event.categories[field.slot()], field.spec());
      case HASHED -> hashed((int) event.categories[field.slot()]);
      case GROWING -> growing(event.categories[field.slot()], labelIsKnown, i);
      case DISCRETIZED -> range(event.ranged[field.slot()], i);
      case CROSS -> crossings[i].category(event);
      case NUMERIC, VECTOR, TEXT, BAG -> throw new AssertionError(field.spec().kind());
    };
  }

  private int oneHot(int category, FeatureSpec spec) {
    if (category == EventRow.MISSING) {
      counts.missing();
      return spec.size() - 1;
    }
    if (category == spec.texts()) {
      counts.unseen();
    }
    return category;
  }

  private int hashed(int bucket) {
    if (bucket == EventRow.MISSING) {
      counts.missing();
      return 0;
    }
    return bucket;
  }

  private int growing(long key, boolean labelIsKnown, int i) {
    int texts = fields[i].spec().texts();
    if (key == EventRow.MISSING) {
      counts.missing();
      return texts + 1;
    }
    int row = labelIsKnown && !held ? vocabularies[i].learn(key) : vocabularies[i].row(key);
    if (row == GrowingVocabulary.UNKNOWN) {
      counts.unseen();
      return texts;
    }
    return row;
  }

  private int range(double value, int i) {
    if (Double.isNaN(value)) {
      counts.missing();
      return fields[i].spec().size() - 1;
    }
    return bounds[i] == null ? Deciles.of(standardize(value, i)) : Ranges.of(value, bounds[i]);
  }

  private void bag(Bag bag, int i, Entries entries) {
    int column = fields[i].column();
    if (bag.isMissing()) {
      counts.missing();
      entries.add(column + Bag.MISSING_SLOT, 1f);
      return;
    }
    EntryRarity rarity = rarities[i];
    if (rarity != null && !held) {
      count[i]++;
      rarity.add(bag);
    }
    for (int e = 0; e < bag.count(); e++) {
      float factor = rarity == null ? 1f : rarity.of(bag.slot(e), count[i]);
      entries.add(column + bag.slot(e), bag.weight(e) * factor);
    }
  }

  /** The texts of an event that join vocabularies once its label is known. */
  public long[] texts(EventRow event) {
    return IntStream.range(0, fields.length)
        .filter(i -> vocabularies[i] != null)
        .mapToLong(i -> event.categories[fields[i].slot()])
        .toArray();
  }

  /**
   * Lets {@link #texts} join the vocabularies, and the row of their event say what they now are.
   */
  public void learn(long[] texts, Entries entries, int row) {
    int text = 0;
    int categories = 0;
    for (int i = 0; i < fields.length; i++) {
      if (vocabularies[i] != null) {
        learn(texts[text++], entries, entries.start(row, categories), i);
      }
      categories += fields[i].spec().kind().isCategory() ? 1 : 0;
    }
  }

  /** Lets {@link #texts} join the vocabularies, where the row of their event is not learned. */
  public void learn(long[] texts) {
    int text = 0;
    for (GrowingVocabulary vocabulary : vocabularies) {
      if (vocabulary != null && texts[text++] != EventRow.MISSING) {
        vocabulary.learn(texts[text - 1]);
      }
    }
  }

  private void learn(long key, Entries entries, int entry, int i) {
    if (key == EventRow.MISSING) {
      return; // the row says so already
    }
    int row = vocabularies[i].learn(key); // of a text that was forgotten, none or another now
    int category = row == GrowingVocabulary.UNKNOWN ? fields[i].spec().texts() : row;
    entries.setIndex(entry, fields[i].column() + category);
  }

  /**
   * Lets vocabularies forget texts that have not come for long. No row that was featurised before
   * is predicted or learned afterwards, but for those whose texts {@link #learn} once more.
   *
   * @param freed takes the index of each category that a new text may have from now on
   */
  public void expire(IntConsumer freed) {
    for (int i = 0; i < fields.length; i++) {
      if (vocabularies[i] != null) {
        int column = fields[i].column();
        vocabularies[i].expire(row -> freed.accept(column + row));
      }
    }
  }

  private void vector(float[] vectors, int i, float[] row, int column) {
    int slot = fields[i].slot();
    int size = fields[i].spec().size();
    if (Float.isNaN(vectors[slot])) {
      counts.missing();
      Arrays.fill(row, column, column + size, 0f);
    } else if (statistic[i] < 0) {
      System.arraycopy(vectors, slot, row, column, size);
    } else if (held) {
      for (int k = 0; k < size; k++) {
        row[column + k] = scaleAsItIs(vectors[slot + k], statistic[i] + k, count[i]);
      }
    } else {
      kernels.standardize(
          vectors, slot, size, ++count[i], mean, m2, statistic[i], CLIP, row, column);
    }
  }

  /** {@link Kernels#standardize} for one number, which unlike a vector's may be a double. */
  private float standardize(double value, int field) {
    int i = statistic[field];
    if (held) {
      return scaleAsItIs(value, i, count[field]);
    }
    double joins = fields[field].spec().settings().robust() ? within(value, field) : value;
    double inverse = 1.0 / ++count[field];
    double delta = joins - mean[i];
    mean[i] = delta * inverse + mean[i];
    m2[i] = delta * (joins - mean[i]) + m2[i];
    return scale(value, i, m2[i] * inverse);
  }

  /** A value by statistics that it does not join. */
  private float scaleAsItIs(double value, int i, long count) {
    return scale(value, i, m2[i] / Math.max(1, count));
  }

  private float scale(double value, int i, double variance) {
    double rest = value - mean[i];
    return variance > 0 ? (float) Math.max(-CLIP, Math.min(CLIP, rest / Math.sqrt(variance))) : 0f;
  }

  /** The value, but no further from the mean than {@link #CLIP} deviations. */
  private double within(double value, int field) {
    double deviation = Math.sqrt(m2[statistic[field]] / Math.max(1, count[field]));
    if (count[field] < ROBUST_FROM || deviation == 0) {
      return value;
    }
    double center = mean[statistic[field]];
    return Math.max(center - CLIP * deviation, Math.min(center + CLIP * deviation, value));
  }

  /**
   * What must survive: the statistics of each scaled column, past values, and the vocabularies that
   * grow. {@link #forget} comes before it is read and {@link #restored} after.
   */
  public List<StateArray> state() {
    List<StateArray> state = new ArrayList<>();
    state.add(StateArray.of("feat/count", count));
    state.add(StateArray.of("feat/mean", mean));
    state.add(StateArray.of("feat/m2", m2));
    for (int i = 0; i < fields.length; i++) {
      if (vocabularies[i] != null) {
        state.addAll(vocabularies[i].state("feat/" + fields[i].spec().name() + ".keys"));
      }
      if (rarities[i] != null) {
        state.addAll(rarities[i].state("feat/" + fields[i].spec().name() + ".events"));
      }
    }
    if (expansion != null) {
      state.addAll(expansion.state());
    }
    state.addAll(completion.state());
    return state;
  }

  /** Begins anew what state that is read may hold only in part: the blocks that were touched. */
  public void forget() {
    growing().forEach(GrowingVocabulary::forget);
    Arrays.stream(rarities).filter(Objects::nonNull).forEach(EntryRarity::forget);
    completion.forget();
  }

  /** Takes up the vocabularies that were read. */
  public void restored() {
    growing().forEach(GrowingVocabulary::restored);
    if (expansion != null) {
      expansion.restored();
    }
  }

  private Stream<GrowingVocabulary> growing() {
    return Arrays.stream(vocabularies).filter(Objects::nonNull);
  }
}
