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
