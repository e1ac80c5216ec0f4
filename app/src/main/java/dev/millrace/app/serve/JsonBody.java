package dev.millrace.app.serve;

import com.fasterxml.jackson.core.JsonParser;
import dev.millrace.app.data.Numbers;
import java.io.InputStream;

/**
 * A body of JSON as Jackson reads it, except for numbers at the beginning of an array: those can be
 * read beside Jackson, without tokens.
 *
 * <p>Jackson gets the body in pieces that end with an opening bracket. When it comes upon an array
 * it therefore has had nothing of what is in it, and never sees the numbers that have been taken
 * out by then. All that is no plain number is left to it, with its errors.
 */
final class JsonBody extends InputStream {
  /** A longer number is Jackson's. */
  private static final int NUMBER_LENGTH_MAX = 40;

  private final byte[] bytes;
  private int position;

  JsonBody(byte[] bytes) {
    this.bytes = bytes;
  }

  @Override
  public int read() {
    return position == bytes.length ? -1 : bytes[position++] & 0xFF;
  }

  @Override
  public int read(byte[] into, int offset, int length) {
    if (position == bytes.length) {
      return -1;
    }
    int end = position + Math.min(length, bytes.length - position);
    int start = position;
    while (position < end && bytes[position++] != '[') {} // up to a bracket, and with it
    System.arraycopy(bytes, start, into, offset, position - start);
    return position - start;
  }

  /** Whether that parser, if it is one of this body, has read all that it was given. */
  boolean isAt(JsonParser json) {
    return json.currentLocation().getByteOffset() == position;
  }

  /**
   * Takes out numbers up to the first that is not plain, or the end of the array. They are {@code
   * -0.5}, {@code 12}, {@code 1e-5}, with spaces between them.
   *
   * @param into gets them, from index {@code from} on
   * @return how many
   */
  int takeNumbers(double[] into, int from) {
    int count = from;
    while (count < into.length) {
      int start = skipSpaces(position);
      int end = endOfNumber(start);
      int next = skipSpaces(end);
      boolean comma = holds(next, ',');
      if (end == start || !comma && !holds(next, ']')) {
        break;
      }
      int following = comma ? skipSpaces(next + 1) : next;
      double number = Numbers.parseDouble(bytes, start, end - start);
      if (!Double.isFinite(number) || comma && holds(following, ']')) { // a comma is no end
        break;
      }
      into[count++] = number;
      position = following;
    }
    return count - from;
  }

  /** Whether the last number of an array has been taken. */
  boolean isAtEndOfArray() {
    return holds(position, ']');
  }

  private boolean holds(int index, char character) {
    return index < bytes.length && bytes[index] == character;
  }

  private int skipSpaces(int start) {
    int i = start;
    while (i < bytes.length && (bytes[i] == ' ' || bytes[i] == '\n')) {
      i++;
    }
    return i;
  }

  /** Where the number that starts there ends, by the grammar of JSON; there itself if none does. */
  private int endOfNumber(int start) {
    int max = Math.min(bytes.length, start + NUMBER_LENGTH_MAX);
    int whole = start < max && bytes[start] == '-' ? start + 1 : start;
    int end = skipDigits(whole, max);
    if (end == whole || bytes[whole] == '0' && end > whole + 1) {
      return start;
    }
    if (end < max && bytes[end] == '.') {
      int fraction = end + 1;
      end = skipDigits(fraction, max);
      if (end == fraction) {
        return start;
      }
    }
    if (end < max && (bytes[end] | 0x20) == 'e') {
      int exponent = end + 1;
      if (exponent < max && (bytes[exponent] == '-' || bytes[exponent] == '+')) {
        exponent++;
      }
      end = skipDigits(exponent, max);
      if (end == exponent) {
        return start;
      }
    }
    return end < max ? end : start;
  }

  private int skipDigits(int start, int max) {
    int i = start;
    while (i < max && bytes[i] >= '0' && bytes[i] <= '9') {
      i++;
    }
    return i;
  }
}
