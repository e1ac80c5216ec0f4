package dev.millrace.benchmarks.measure;

import java.util.SequencedMap;
import java.util.TreeMap;

/**
 * Fields of categories, one of which is active in each field of a row.
 *
 * @param fields how many are active in a row
 * @param vocabulary how many there are, all fields together; each field has an equal share, which
 *     is its own
 * @param dimension the length of a category's embedding; 0 if the first layer reads categories
 *     itself, by a weight for each of its units
 */
public record Categories(int fields, int vocabulary, int dimension) {
  public Categories {
    if (fields < 1 || vocabulary < fields || dimension < 0) {
      throw new IllegalArgumentException(
          "a field has categories, fields=%d, vocabulary=%d, dimension=%d"
              .formatted(fields, vocabulary, dimension));
    }
  }

  /** The categories whose {@link #argument} that is. */
  static Categories parse(String argument) {
    String[] parts = argument.split("/");
    return new Categories(
        Integer.parseInt(parts[0]), Integer.parseInt(parts[1]), Integer.parseInt(parts[2]));
  }

  /** Whether that is the argument of categories, and not a number. */
  static boolean isArgument(String argument) {
    return argument.indexOf('/') > 0;
  }

  /** {@code 39/262144/16}. */
  String argument() {
    return fields + "/" + vocabulary + "/" + dimension;
  }

  /** {@code (39 of 2^18)x16}. */
  String text() {
    boolean power = Integer.bitCount(vocabulary) == 1;
    String many =
        power ? "2^" + Integer.numberOfTrailingZeros(vocabulary) : Integer.toString(vocabulary);
    return "(%d of %s)%s".formatted(fields, many, dimension == 0 ? "" : "x" + dimension);
  }

  /** The first category of a field among those of all; that of the next where it ends. */
  public int first(int field) {
    return (int) ((long) vocabulary * field / fields);
  }

  /** The number of categories of each field by its name, in their order. */
  public SequencedMap<String, Integer> sizes() {
    SequencedMap<String, Integer> sizes = new TreeMap<>();
    for (int field = 0; field < fields; field++) {
      sizes.put("field_%04d".formatted(field), first(field + 1) - first(field));
    }
    return sizes;
  }
}
