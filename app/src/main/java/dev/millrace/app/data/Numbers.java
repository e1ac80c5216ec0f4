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
public final class Numbers {
  private static final Set<String> MISSING = Set.of("nan", "na", "null", "?");
  private static final VarHandle EIGHT_BYTES =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private static final double[] POWERS_OF_TEN = {
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
    1e17, 1e18, 1e19, 1e20, 1e21, 1e22
  };

  /** Up to here a mantissa is exact in a double. */
  private static final long EXACT_MAX = 1L << 53;

  /** Up to here a mantissa has room for one more digit, and for the sum of two. */
  private static final long MANTISSA_MAX = 99_999_999_999_999_999L;

  /** More than the relative error of the rest of a division. */
  private static final double REST_ERROR = 0x1p-48;

  private static final int EXPONENT_MAX = 9_999;
  private static final int NO_EXPONENT = Integer.MIN_VALUE;

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
  public static double parseDouble(byte[] bytes, int start, int length) {
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
    int scale = 0;
    boolean digits = false;
    boolean point = false;
    boolean fits = true;
    for (; i < end; i++) {
      byte b = bytes[i];
      if (b >= '0' && b <= '9') {
        digits = true;
        fits &= mantissa <= MANTISSA_MAX;
        mantissa = 10 * mantissa + (b - '0');
        scale += point ? 1 : 0;
      } else if (b == '.' && !point) {
        point = true;
      } else {
        break;
      }
    }
    int exponent = i == end ? 0 : parseExponent(bytes, i, end);
    if (!digits || exponent == NO_EXPONENT) {
      return Double.NaN;
    }
    double value = fits ? scaled(mantissa, exponent - scale) : Double.NaN;
    if (Double.isNaN(value)) {
      return Double.parseDouble(ascii(bytes, first, end - first));
    }
    return negative ? -value : value;
  }

  /** An exponent with its letter; {@link #NO_EXPONENT} if it is none. */
  private static int parseExponent(byte[] bytes, int start, int end) {
    int i = start;
    if (bytes[i] != 'e' && bytes[i] != 'E') {
      return NO_EXPONENT;
    }
    i++;
    boolean negative = i < end && bytes[i] == '-';
    if (negative || i < end && bytes[i] == '+') {
      i++;
    }
    if (i == end) {
      return NO_EXPONENT;
    }
    int exponent = 0;
    for (; i < end; i++) {
      if (bytes[i] < '0' || bytes[i] > '9') {
        return NO_EXPONENT;
      }
      exponent = Math.min(EXPONENT_MAX, 10 * exponent + (bytes[i] - '0'));
    }
    return negative ? -exponent : exponent;
  }

  /**
   * The mantissa by a power of ten, correctly rounded; NaN where that takes more than this.
   *
   * <p>A mantissa beyond 2^53 is the sum of two numbers. The quotient of the first is rounded, but
   * what rounding took is exact, as the rest of a division is (Boldo and Daumas, "Representable
   * correcting terms for possibly underflowing floating point operations", 2003); both small parts
   * together are then known well enough to round their sum with the quotient once, unless that
   * falls next to the middle between two numbers.
   */
  private static double scaled(long mantissa, int power) {
    if (Math.abs(power) >= POWERS_OF_TEN.length || power > 0 && mantissa > EXACT_MAX) {
      return Double.NaN;
    }
    double ten = POWERS_OF_TEN[Math.abs(power)];
    if (mantissa <= EXACT_MAX) {
      return power > 0 ? mantissa * ten : mantissa / ten;
    }
    double high = mantissa;
    double low = mantissa - (long) high;
    double quotient = high / ten;
    double rest = (Math.fma(-quotient, ten, high) + low) / ten;
    double least = quotient + rest * (1 - REST_ERROR);
    double most = quotient + rest * (1 + REST_ERROR);
    return least == most ? least : Double.NaN;
  }

  private static String ascii(byte[] bytes, int start, int length) {
    return new String(bytes, start, length, StandardCharsets.ISO_8859_1);
  }
}
