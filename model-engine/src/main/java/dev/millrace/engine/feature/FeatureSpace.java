package dev.millrace.engine.feature;

import java.util.ArrayList;
import java.util.List;

/**
 * Where each feature stands: its slot in an {@link EventRow} and its first column in a row of
 * floats. The only place that computes these offsets.
 */
public final class FeatureSpace {
  /**
   * A feature and its places.
   *
   * @param slot its place in the {@link EventRow} array of its kind: numbers, categories or vectors
   * @param column its first column in the row of floats
   */
  public record Field(FeatureSpec spec, int slot, int column) {}

  private final List<Field> fields;
  private final int width;
  private final int numbers;
  private final int categories;
  private final int vectorValues;

  public FeatureSpace(List<FeatureSpec> features) {
    List<Field> placed = new ArrayList<>();
    int column = 0;
    int numbersSoFar = 0;
    int categoriesSoFar = 0;
    int vectorValuesSoFar = 0;
    for (FeatureSpec feature : features) {
      int slot;
      switch (feature.kind()) {
        case NUMERIC -> slot = numbersSoFar++;
        case ONE_HOT, HASHED -> slot = categoriesSoFar++;
        case VECTOR -> {
          slot = vectorValuesSoFar;
          vectorValuesSoFar = Math.addExact(vectorValuesSoFar, feature.size());
        }
        default -> throw new AssertionError(feature.kind());
      }
      placed.add(new Field(feature, slot, column));
      column = Math.addExact(column, feature.size());
    }
    fields = List.copyOf(placed);
    width = column;
    numbers = numbersSoFar;
    categories = categoriesSoFar;
    vectorValues = vectorValuesSoFar;
  }

  /** The features in the order of their columns. */
  public List<Field> fields() {
    return fields;
  }

  /** Columns of a row. */
  public int width() {
    return width;
  }

  /** An empty event of this space. */
  public EventRow newEvent() {
    return new EventRow(numbers, categories, vectorValues);
  }
}
