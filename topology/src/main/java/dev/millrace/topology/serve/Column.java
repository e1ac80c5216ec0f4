package dev.millrace.topology.serve;

/**
 * The values of one field in all rows of a request, [rows][size] in row-major order. One of the
 * three arrays is there.
 *
 * @param name the field's dotted path
 * @param size values in a row
 * @param numbers NaN is missing
 * @param wholes whole numbers and truths, none missing
 * @param texts null is missing
 */
public record Column(String name, int size, double[] numbers, long[] wholes, String[] texts) {
  public static Column ofNumbers(String name, int size, double[] numbers) {
    return new Column(name, size, numbers, null, null);
  }

  public static Column ofWholes(String name, int size, long[] wholes) {
    return new Column(name, size, null, wholes, null);
  }

  public static Column ofTexts(String name, int size, String[] texts) {
    return new Column(name, size, null, null, texts);
  }

  boolean isText() {
    return texts != null;
  }

  boolean isMissing(int index) {
    return texts != null ? texts[index] == null : numbers != null && Double.isNaN(numbers[index]);
  }

  /** Whether a row has no value at all. */
  boolean isMissingRow(int row) {
    for (int i = row * size; i < (row + 1) * size; i++) {
      if (!isMissing(i)) {
        return false;
      }
    }
    return size > 0;
  }

  double number(int index) {
    return wholes != null ? wholes[index] : numbers[index];
  }

  /**
   * A whole number.
   *
   * @throws RequestException if it is none
   */
  long whole(int index) {
    if (wholes != null) {
      return wholes[index];
    }
    double number = numbers[index];
    if (number != Math.rint(number) || Math.abs(number) > 1L << 53) {
      throw new RequestException(
          "input '%s' has %s where the events have a whole number".formatted(name, number));
    }
    return (long) number;
  }
}
