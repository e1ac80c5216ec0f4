package dev.millrace.engine.feature;

import dev.millrace.engine.feature.FeatureSpace.Field;
import dev.millrace.engine.kernel.Kernels;
import dev.millrace.engine.layer.Entries;
import dev.millrace.engine.state.StateArray;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Turns an {@link EventRow} into a row of numbers, standardising them as it goes, and an entry for
 * each category.
 *
 * <p>A number first joins its column's running mean and population variance (Welford 1962), then is
 * scaled by them and clipped to ±{@value #CLIP}; a column that has been constant so far gives 0. A
 * missing number or vector gives 0 and joins nothing. One-hot has a category for each word of its
 * vocabulary, then one for unknown ones, then one for missing; so has a growing text, whose
 * vocabulary is that of the labelled events so far. A hashed text has category 0 for missing.
 */
public final class Featurizer {
  /** Standardised values lie within ± this. */
  public static final float CLIP = 5f;

  private final FeatureSpace space;
  private final Field[] fields;
  private final int[] statistic; // by field: its first place in mean and m2, -1 if not scaled
  private final Kernels kernels;
  private final long[] count; // by field: values that have joined
  private final double[] mean; // by column that is scaled
  private final double[] m2;
  private final GrowingVocabulary[] vocabularies; // by field: null if it does not grow
  private final Expansion expansion; // null if nothing is made of the features

  public Featurizer(FeatureSpace space, Kernels kernels) {
    this.space = space;
    this.kernels = kernels;
    fields = space.fields().toArray(Field[]::new);
    statistic = new int[fields.length];
    vocabularies = new GrowingVocabulary[fields.length];
    int statistics = 0;
    for (int i = 0; i < fields.length; i++) {
      statistic[i] = fields[i].spec().normalize() ? statistics : -1;
      statistics += fields[i].spec().normalize() ? fields[i].spec().size() : 0;
      if (fields[i].spec().kind() == FeatureKind.GROWING) {
        vocabularies[i] = new GrowingVocabulary(fields[i].spec().texts());
      }
    }
    count = new long[fields.length];
    mean = new double[statistics];
    m2 = new double[statistics];
    expansion = space.newExpansion().orElse(null);
  }

  /** Columns of a row. */
  public int width() {
    return space.width();
  }

  /** The same for an event whose label is known, if it has one. */
  public void featurize(EventRow event, float[] row, int offset, Entries entries) {
    featurize(event, row, offset, entries, event.labelled);
  }

  /**
   * Writes the event's row; its numbers join the statistics first, and if its label is known its
   * texts join the vocabularies that grow.
   *
   * @param row receives {@link #width()} floats from {@code offset}
   * @param entries gets another row
   */
  public void featurize(
      EventRow event, float[] row, int offset, Entries entries, boolean labelIsKnown) {
    int firstField = entries.closedFields();
    for (int i = 0; i < fields.length; i++) {
      Field field = fields[i];
      int column = offset + field.column();
      switch (field.spec().kind()) {
        case NUMERIC -> row[column] = number(event.numbers[field.slot()], i);
        case ONE_HOT, HASHED -> {
          entries.add(category((int) event.categories[field.slot()], field), 1f);
          entries.endField();
        }
        case GROWING -> {
          entries.add(growing(event.categories[field.slot()], labelIsKnown, i), 1f);
          entries.endField();
        }
        case VECTOR -> vector(event.vectors, i, row, column);
      }
    }
    if (expansion != null) {
      expansion.expand(event, row, offset, entries, firstField);
    }
  }

  private float number(double value, int field) {
    if (Double.isNaN(value)) {
      return 0f;
    }
    return statistic[field] < 0 ? (float) value : standardize(value, field);
  }

  private static int category(int category, Field field) {
    FeatureSpec spec = field.spec();
    int missing = spec.kind() == FeatureKind.HASHED ? 0 : spec.size() - 1;
    return field.column() + (category == EventRow.MISSING ? missing : category);
  }

  private int growing(long key, boolean labelIsKnown, int i) {
    Field field = fields[i];
    int texts = field.spec().texts();
    if (key == EventRow.MISSING) {
      return field.column() + texts + 1;
    }
    int row = labelIsKnown ? vocabularies[i].learn(key) : vocabularies[i].row(key);
    return field.column() + (row == GrowingVocabulary.UNKNOWN ? texts : row);
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
        entries.setIndex(entries.start(row, categories), growing(texts[text++], true, i));
      }
      categories += fields[i].spec().kind().isCategory() ? 1 : 0;
    }
  }

  private void vector(float[] vectors, int i, float[] row, int column) {
    int slot = fields[i].slot();
    int size = fields[i].spec().size();
    if (Float.isNaN(vectors[slot])) {
      Arrays.fill(row, column, column + size, 0f);
    } else if (statistic[i] < 0) {
      System.arraycopy(vectors, slot, row, column, size);
    } else {
      kernels.standardize(
          vectors, slot, size, ++count[i], mean, m2, statistic[i], CLIP, row, column);
    }
  }

  /** {@link Kernels#standardize} for one number, which unlike a vector's may be a double. */
  private float standardize(double value, int field) {
    int i = statistic[field];
    double inverse = 1.0 / ++count[field];
    double delta = value - mean[i];
    mean[i] = delta * inverse + mean[i];
    double rest = value - mean[i];
    m2[i] = delta * rest + m2[i];
    double variance = m2[i] * inverse;
    return variance > 0 ? (float) Math.max(-CLIP, Math.min(CLIP, rest / Math.sqrt(variance))) : 0f;
  }

  /**
   * What must survive: the statistics of each scaled column and the vocabularies that grow. {@link
   * #forget} comes before it is read and {@link #restored} after.
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
    }
    if (expansion != null) {
      state.addAll(expansion.state());
    }
    return state;
  }

  /** Begins the vocabularies anew: state that is read has only the blocks that were touched. */
  public void forget() {
    growing().forEach(GrowingVocabulary::forget);
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
