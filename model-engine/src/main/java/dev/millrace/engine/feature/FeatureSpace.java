package dev.millrace.engine.feature;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

/**
 * Where each feature stands: its slot in an {@link EventRow}, and its first column in a row of
 * numbers or its first index among the categories. The only place that computes these offsets.
 */
public final class FeatureSpace {
  /**
   * A feature and its places.
   *
   * @param slot its place in the {@link EventRow} array of its kind: numbers, categories or vectors
   * @param column its first column in the row of numbers; of a category its first index
   */
  public record Field(FeatureSpec spec, int slot, int column) {}

  private final List<Field> fields;
  private final int width;
  private final int numbers;
  private final SequencedMap<String, Integer> categories = new LinkedHashMap<>();
  private final int vectorValues;

  public FeatureSpace(List<FeatureSpec> features) {
    List<Field> placed = new ArrayList<>();
    int column = 0;
    int index = 0;
    int numbersSoFar = 0;
    int vectorValuesSoFar = 0;
    for (FeatureSpec feature : features) {
      switch (feature.kind()) {
        case NUMERIC -> {
          placed.add(new Field(feature, numbersSoFar++, column));
          column = Math.addExact(column, 1);
        }
        case VECTOR -> {
          placed.add(new Field(feature, vectorValuesSoFar, column));
          vectorValuesSoFar = Math.addExact(vectorValuesSoFar, feature.size());
          column = Math.addExact(column, feature.size());
        }
        case ONE_HOT, HASHED, GROWING -> {
          placed.add(new Field(feature, categories.size(), index));
          categories.put(feature.name(), feature.size());
          index = Math.addExact(index, feature.size());
        }
      }
    }
    fields = List.copyOf(placed);
    width = column;
    numbers = numbersSoFar;
    vectorValues = vectorValuesSoFar;
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
    return new EventRow(numbers, categories.size(), vectorValues);
  }
}
