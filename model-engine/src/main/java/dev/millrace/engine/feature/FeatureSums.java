package dev.millrace.engine.feature;

import dev.millrace.engine.feature.FeatureSpace.Field;
import dev.millrace.engine.layer.Entries;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Sums what is said of the numbers and entries of a row by the features that they were made of. An
 * entry of the basis belongs to its number, an entry of the crosses half to each of its two.
 */
public final class FeatureSums {
  private final List<String> names;
  private final int[] ofColumn; // by column of a row of numbers: its feature
  private final int[] ofField; // by field of categories that is a feature: its feature
  private final int[] ofBasis; // by number that has a basis: its feature
  private final int[] ofPair; // two features each
  private final int basisBase;
  private final int basisSize;
  private final double[] sums;

  public FeatureSums(FeatureSpace space) {
    List<Field> fields = space.fields();
    names = fields.stream().map(field -> field.spec().name()).toList();
    ofColumn = new int[space.width()];
    for (int i = 0; i < fields.size(); i++) {
      Field field = fields.get(i);
      if (!field.spec().kind().isCategory()) {
        Arrays.fill(ofColumn, field.column(), field.column() + field.spec().size(), i);
      }
    }
    List<Field> categories =
        fields.stream().filter(field -> field.spec().kind().isCategory()).toList();
    ofField = places(categories, fields);
    Optional<ExpansionSpec> expansion = space.expansion();
    ofBasis =
        expansion
            .map(spec -> places(Expansion.numbers(spec, fields).toList(), fields))
            .orElse(new int[0]);
    int[] ofCrossed = places(space.crossed(), fields);
    ofPair =
        space.pairs().stream()
            .flatMapToInt(Arrays::stream)
            .map(place -> ofCrossed[place])
            .toArray();
    basisBase = space.ownCategories();
    basisSize = expansion.map(ExpansionSpec::basisSize).orElse(0);
    sums = new double[fields.size()];
  }

  private static int[] places(List<Field> some, List<Field> all) {
    return some.stream().mapToInt(all::indexOf).toArray();
  }

  /** The features, in their order. */
  public List<String> names() {
    return names;
  }

  /**
   * The sums, in the order of the features; valid until the next call.
   *
   * @param numbers [width]
   * @param entries by the entries of the row, in their order
   * @param categories whose row these are
   */
  public double[] of(double[] numbers, double[] entries, Entries categories, int row) {
    Arrays.fill(sums, 0);
    for (int column = 0; column < numbers.length; column++) {
      sums[ofColumn[column]] += numbers[column];
    }
    if (categories.fields() == 0) {
      return sums;
    }
    int first = categories.start(row, 0);
    for (int field = 0; field < categories.fields(); field++) {
      int start = categories.start(row, field);
      for (int e = start; e < categories.end(row, field); e++) {
        add(field, e - start, categories.index(e), entries[e - first]);
      }
    }
    return sums;
  }

  /**
   * Adds the share of one entry.
   *
   * @param place of the entry in its field
   */
  private void add(int field, int place, int index, double share) {
    if (field < ofField.length) {
      sums[ofField[field]] += share;
    } else if (field == ofField.length && ofBasis.length > 0) {
      sums[ofBasis[(index - basisBase) / basisSize]] += share;
    } else {
      sums[ofPair[2 * place]] += share / 2;
      sums[ofPair[2 * place + 1]] += share / 2;
    }
  }
}
