package dev.millrace.engine.layer;

import java.util.ArrayList;
import java.util.List;

/**
 * Some fields of the categories of the rows at hand.
 *
 * @param inputs holds the entries of all fields, and says which rows are at hand
 * @param fields which fields, in the order in which they are read
 */
record Categories(Inputs inputs, List<Inputs.Field> fields) {
  Categories {
    fields = List.copyOf(fields);
  }

  /** The number of categories of its fields together. */
  long size() {
    return fields.stream().mapToLong(Inputs.Field::size).sum();
  }

  /**
   * Fields that follow one another, so that the entries of a row lie side by side.
   *
   * @param first the number of the first
   * @param count how many
   * @param place of the first among these fields
   * @param shift from an index over all categories to one over those of these fields
   */
  record Run(int first, int count, int place, int shift) {
    /** The number of the last. */
    int last() {
      return first + count - 1;
    }
  }

  /** These fields, in their order, as the fewest runs. */
  Run[] runs() {
    List<Run> runs = new ArrayList<>();
    int index = 0;
    int start = 0;
    for (int f = 0; f < fields.size(); f++) {
      boolean isLast =
          f + 1 == fields.size() || fields.get(f + 1).number() != fields.get(f).number() + 1;
      if (isLast) {
        Inputs.Field first = fields.get(start);
        runs.add(new Run(first.number(), f + 1 - start, start, index - first.base()));
        for (; start <= f; start++) {
          index += fields.get(start).size();
        }
      }
    }
    return runs.toArray(Run[]::new);
  }

  /** These fields and others behind them, as a layer of this name reads them. */
  Categories with(Categories others, String layer) {
    List<Inputs.Field> all = new ArrayList<>(fields);
    for (Inputs.Field field : others.fields) {
      if (all.contains(field)) {
        throw new IllegalArgumentException(
            "layer '%s' reads a field once, field=%s".formatted(layer, field.name()));
      }
      all.add(field);
    }
    return new Categories(inputs, all);
  }
}
