package dev.millrace.app.data;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
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
  private static final VarHandle EIGHT_BYTES =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private static final double[] POWERS_OF_TEN = {
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
    1e17, 1e18, 1e19, 1e20, 1e21, 1e22
  };

  /** Up to here a mantissa is exact in a double. */
  private static final long EXACT_MAX = 1L << 53;

  /** Eight points, zeros and sixes. */
  private static final long POINTS = 0x2E2E2E2E2E2E2E2EL;

  private static final long ZEROS = 0x3030303030303030L;
  private static final long SIXES = 0x0606060606060606L;
  private static final long LOWEST_BITS = 0x0101010101010101L;
  private static final long HIGHEST_BITS = 0x8080808080808080L;
  private static final long HIGH_HALVES = 0xF0F0F0F0F0F0F0F0L;

  /** The lowest byte of each half of eight. */
  private static final long OF_FOUR = 0x000000FF000000FFL;

  private Numbers() {}

  /** Whether a cell of an otherwise numeric column says that there is no value. */
  static boolean isMissing(byte[] bytes, int start, int length) {
    return length == 0
        || length <= 4
            && (bytes[start] == '?' || (bytes[start] | 0x20) == 'n')
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
    if (length > 0 && length <= Long.BYTES && start + Long.BYTES <= bytes.length) {
      double value = parseShort((long) EIGHT_BYTES.get(bytes, start), length);
      if (!Double.isNaN(value)) {
        return value;
      }
    }
    return parseAny(bytes, start, length);
  }

  /**
   * The number of a cell of digits, a minus before them and a point among them; NaN for any other.
   * All bytes at once, as branches by their values would be guessed wrong (after Lemire, "Number
   * parsing at a gigabyte per second", 2021).
   *
   * @param text begins with the cell, whose first byte is the lowest
   * @param length of the cell, from 1 to 8
   */
  private static double parseShort(long text, int length) {
    int unused = Long.SIZE - Byte.SIZE * length;
    long bytes = text << unused; // the last byte of the cell is the highest
    int digits = length;
    int scale = 0;
    boolean negative = (text & 0xFF) == '-';
    if (negative) {
      bytes &= ~(0xFFL << unused);
      digits--;
    }
    long difference = bytes ^ POINTS;
    long found = difference - LOWEST_BITS & ~difference & HIGHEST_BITS;
    if (found != 0) {
      int point = Long.numberOfTrailingZeros(found) & -Byte.SIZE;
      long before = (1L << point) - 1;
      bytes = bytes & ~(before << Byte.SIZE | 0xFF) | (bytes & before) << Byte.SIZE;
      digits--;
      scale = Long.BYTES - 1 - point / Byte.SIZE;
    }
    if (digits == 0) {
      return Double.NaN;
    }
    bytes |= digits == Long.BYTES ? 0 : ZEROS >>> Byte.SIZE * digits;
    if ((bytes & HIGH_HALVES | (bytes + SIXES & HIGH_HALVES) >>> 4) != (ZEROS | ZEROS >>> 4)) {
      return Double.NaN;
    }
    long pairs = (bytes - ZEROS) * 10 + (bytes - ZEROS >>> Byte.SIZE);
    long first = (pairs & OF_FOUR) * (1_000_000L << 32 | 100);
    long second = (pairs >>> 16 & OF_FOUR) * (10_000L << 32 | 1);
    double value = (first + second >>> 32) / POWERS_OF_TEN[scale];
    return negative ? -value : value;
  }

  /** The number of any cell, byte by byte. */
  private static double parseAny(byte[] bytes, int start, int length) {
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
