package dev.millrace.app.data;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Set;

/**
 * Numbers in the decimal notation that people write, read from bytes: {@code -1}, {@code .5},
 * {@code 6e-3}; spaces around them do not count. Java's own parser also takes {@code 1d} and {@code
 * 0x1p3} and needs a String.
 */
final class Numbers {
  private static final Set<String> MISSING = Set.of("nan", "na", "null", "?");
  private static final double[] POWERS_OF_TEN = {
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
    1e17, 1e18, 1e19, 1e20, 1e21, 1e22
  };

  /** Up to here a mantissa is exact in a double. */
  private static final long EXACT_MAX = 1L << 53;

  private Numbers() {}

  /** Whether a cell of an otherwise numeric column says that there is no value. */
  static boolean isMissing(byte[] bytes, int start, int length) {
    return length == 0
        || length <= 4
            && MISSING.contains(
                new String(bytes, start, length, StandardCharsets.ISO_8859_1)
                    .toLowerCase(Locale.ROOT));
  }

  /** Whether the cell is a whole number without point or exponent that a long can hold. */
  static boolean isLong(byte[] bytes, int start, int length) {
    int i = start;
    int end = start + length;
    if (i < end && (bytes[i] == '-' || bytes[i] == '+')) {
      i++;
    }
    int digits = end - i;
    if (digits < 1 || digits > 19) {
      return false;
    }
    for (; i < end; i++) {
      if (bytes[i] < '0' || bytes[i] > '9') {
        return false;
      }
    }
    return digits < 19 || fitsLong(ascii(bytes, start, length));
  }

  private static boolean fitsLong(String digits) {
    try {
      Long.parseLong(digits);
      return true;
    } catch (NumberFormatException tooLarge) {
      return false;
    }
  }

  /** The number of a cell for which {@link #isLong} holds. */
  static long parseLong(byte[] bytes, int start, int length) {
    int i = start;
    int end = start + length;
    boolean negative = bytes[i] == '-';
    if (negative || bytes[i] == '+') {
      i++;
    }
    long value = 0;
    for (; i < end; i++) {
      value = 10 * value - (bytes[i] - '0');
    }
    return negative ? value : -value;
  }

  /** The number, correctly rounded; NaN if the cell holds none. */
  static double parseDouble(byte[] bytes, int start, int length) {
    int i = start;
    int end = start + length;
    while (i < end && bytes[i] == ' ') {
      i++;
    }
    while (end > i && bytes[end - 1] == ' ') {
      end--;
    }
    int first = i;
    boolean negative = i < end && bytes[i] == '-';
    if (negative || i < end && bytes[i] == '+') {
      i++;
    }
    long mantissa = 0;
    int digits = 0;
    int scale = 0;
    boolean point = false;
    for (; i < end; i++) {
      byte b = bytes[i];
      if (b >= '0' && b <= '9') {
        if (digits++ < 18) {
          mantissa = 10 * mantissa + (b - '0');
        }
        scale += point ? 1 : 0;
      } else if (b == '.' && !point) {
        point = true;
      } else {
        break;
      }
    }
    if (digits == 0) {
      return Double.NaN;
    }
    if (i == end && digits <= 18 && mantissa <= EXACT_MAX && scale < POWERS_OF_TEN.length) {
      double value = mantissa / POWERS_OF_TEN[scale];
      return negative ? -value : value;
    }
    return i == end || isExponent(bytes, i, end)
        ? Double.parseDouble(ascii(bytes, first, end - first))
        : Double.NaN;
  }

  private static boolean isExponent(byte[] bytes, int start, int end) {
    int i = start;
    if (bytes[i] != 'e' && bytes[i] != 'E') {
      return false;
    }
    i++;
    if (i < end && (bytes[i] == '-' || bytes[i] == '+')) {
      i++;
    }
    if (i == end) {
      return false;
    }
    for (; i < end; i++) {
      if (bytes[i] < '0' || bytes[i] > '9') {
        return false;
      }
    }
    return true;
  }

  private static String ascii(byte[] bytes, int start, int length) {
    return new String(bytes, start, length, StandardCharsets.ISO_8859_1);
  }
}
