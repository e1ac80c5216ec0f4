package dev.millrace.engine.feature;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;

/**
 * Where each feature stands: its slot in an {@link EventRow}, and its first column in a row of
 * numbers or its first index among the categories. The only place that computes these offsets.
 */
public final class FeatureSpace {
  /** How the names of fields begin that are made of the features. */
  public static final String MADE = "@";

  /** The field of categories that an expansion makes of numbers. */
  public static final String BASIS = MADE + "basis";

  /** The field of categories that an expansion makes of pairs. */
  public static final String CROSSES = MADE + "crosses";

  /**
   * A feature and its places.
   *
   * @param slot its place in the {@link EventRow} array of its kind: numbers, categories, vectors,
   *     ranged or bags; -1 for a cross, which reads the others'
   * @param column its first column in the row of numbers; of a category its first index
   */
  public record Field(FeatureSpec spec, int slot, int column) {}

  private final List<Field> fields;
  private final int width;
  private final SequencedMap<String, Integer> categories = new LinkedHashMap<>();
  private final int[] slots = new int[Slots.values().length];
  private final int ownCategories; // of the features, without those of an expansion
  private final Optional<ExpansionSpec> expansion;

  /** The arrays of an {@link EventRow}. */
  private enum Slots {
    NUMBERS,
    CATEGORIES,
    VECTORS,
    RANGED,
    BAGS;

    static Slots of(FeatureKind kind) {
      return switch (kind) {
        case NUMERIC -> NUMBERS;
        case ONE_HOT, HASHED, GROWING -> CATEGORIES;
        case VECTOR -> VECTORS;
        case DISCRETIZED -> RANGED;
        case TEXT, BAG -> BAGS;
        case CROSS -> throw new IllegalArgumentException("a cross reads other features");
      };
    }
  }

  /** A space of features alone. */
  public FeatureSpace(List<FeatureSpec> features) {
    this(features, Optional.empty());
  }

  /** A space of features and what is made of them. */
  public FeatureSpace(List<FeatureSpec> features, Optional<ExpansionSpec> expansion) {
    List<Field> placed = new ArrayList<>();
    int column = 0;
    int index = 0;
    for (FeatureSpec feature : features) {
      int slot = slot(feature);
      if (feature.kind().isCategory()) {
        placed.add(new Field(feature, slot, index));
        categories.put(feature.name(), feature.size());
        index = Math.addExact(index, feature.size());
      } else {
        placed.add(new Field(feature, slot, column));
        column = Math.addExact(column, feature.size());
      }
    }
    fields = List.copyOf(placed);
    width = column;
    this.expansion = expansion;
    ownCategories = index;
    expansion.ifPresent(this::placeExpansion);
  }

  private void placeExpansion(ExpansionSpec spec) {
    int basis = Expansion.basisCategories(spec, fields);
    if (basis > 0) {
      categories.put(BASIS, basis);
    }
    if (Expansion.hasPairs(spec, fields)) {
      categories.put(CROSSES, spec.buckets());
    }
  }

  /** What writes the fields behind those of the features; empty if there are none. */
  Optional<Expansion> newExpansion() {
    return expansion.map(spec -> new Expansion(spec, fields, ownCategories));
  }

  Optional<ExpansionSpec> expansion() {
    return expansion;
  }

  /** Where the categories of an expansion begin. */
  int ownCategories() {
    return ownCategories;
  }

  /**
   * The features that an expansion makes pairs of: the numbers that have a basis, then single
   * categories; none if there is no expansion.
   */
  public List<Field> crossed() {
    return expansion.map(spec -> Expansion.crossed(spec, fields)).orElse(List.of());
  }

  /** The pairs that an expansion crosses, two places in {@link #crossed} each. */
  public List<int[]> pairs() {
    return expansion
        .map(spec -> Expansion.pairs(Expansion.crossed(spec, fields).size(), spec))
        .orElse(List.of());
  }

  private int slot(FeatureSpec feature) {
    if (feature.kind() == FeatureKind.CROSS) {
      return -1;
    }
    int of = Slots.of(feature.kind()).ordinal();
    int slot = slots[of];
    int taken = feature.kind() == FeatureKind.VECTOR ? feature.size() : 1;
    slots[of] = Math.addExact(slot, taken);
    return slot;
  }

  /** The features in the order in which they were stated. */
  public List<Field> fields() {
    return fields;
  }

  /** Columns of a row of numbers. */
  public int width() {
    return width;
  }

  /** The number of categories of each field that has any, by its name, in their order. */
  public SequencedMap<String, Integer> categories() {
    return Collections.unmodifiableSequencedMap(categories);
  }

  /** An empty event of this space. */
  public EventRow newEvent() {
    return new EventRow(
        slots[Slots.NUMBERS.ordinal()],
        slots[Slots.CATEGORIES.ordinal()],
        slots[Slots.VECTORS.ordinal()],
        slots[Slots.RANGED.ordinal()],
        slots[Slots.BAGS.ordinal()]);
  }
}
