package dev.millrace.app.data;

/**
 * Whether a text looks like a date: {@code 2014-07-01 00:00:00}, {@code 1/1/2011}, {@code 12:30}.
 */
final class Dates {
  private Dates() {}

  static boolean isDate(byte[] bytes, int start, int length) {
    int end = start + length;
    int first = digits(bytes, start, end);
    if (first == start || first - start > 4 || first == end) {
      return false;
    }
    byte separator = bytes[first];
    if (separator == ':') {
      return digits(bytes, first + 1, end) == first + 3;
    }
    if (separator != '-' && separator != '/' && separator != '.') {
      return false;
    }
    int second = digits(bytes, first + 1, end);
    if (second == first + 1 || second - first > 3 || second == end || bytes[second] != separator) {
      return false;
    }
    int third = digits(bytes, second + 1, end);
    boolean year = first - start == 4 || third - second - 1 == 4 || third - second - 1 == 2;
    return third > second + 1
        && third - second <= 5
        && year
        && (third == end || bytes[third] == ' ' || bytes[third] == 'T');
  }

  private static int digits(byte[] bytes, int start, int end) {
    int i = start;
    while (i < end && bytes[i] >= '0' && bytes[i] <= '9') {
      i++;
    }
    return i;
  }
}
