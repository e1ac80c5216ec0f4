package dev.millrace.topology.decode;

/**
 * Moments in the ASCII of ISO 8601: {@code 2014-07-01}, {@code 2014-07-01 00:30}, {@code
 * 2014/07/01T00:30:05.250+02:00}. Without an offset they are taken as UTC. Nothing is allocated.
 */
public final class IsoTime {
  /** What is said of a text that is no moment. */
  public static final long NONE = Long.MIN_VALUE;

  private static final long DAY_MILLIS = 86_400_000;
  private static final int MINUTE_MILLIS = 60_000;

  private final byte[] bytes;
  private final int end;
  private int at;

  private IsoTime(byte[] bytes, int start, int end) {
    this.bytes = bytes;
    this.at = start;
    this.end = end;
  }

  /** Milliseconds since 1970, or {@link #NONE}. */
  public static long millis(byte[] bytes, int start, int length) {
    return new IsoTime(bytes, start, start + length).read(); // does not outlive the call
  }

  private long read() {
    int year = number(4);
    byte separator = at < end ? bytes[at] : 0;
    if (year < 0 || separator != '-' && separator != '/') {
      return NONE;
    }
    at++;
    int month = number(2);
    if (month < 1 || month > 12 || !pass(separator)) {
      return NONE;
    }
    int day = number(2);
    if (day < 1 || day > daysOf(month, year)) {
      return NONE;
    }
    long millis = days(year, month, day) * DAY_MILLIS;
    if (at == end) {
      return millis;
    }
    return pass((byte) 'T') || pass((byte) ' ') ? withTime(millis) : NONE;
  }

  private long withTime(long day) {
    int hour = number(2);
    if (hour < 0 || hour > 23 || !pass((byte) ':')) {
      return NONE;
    }
    int minute = number(2);
    if (minute < 0 || minute > 59) {
      return NONE;
    }
    long millis = day + (hour * 60L + minute) * MINUTE_MILLIS;
    if (pass((byte) ':')) {
      int second = number(2);
      if (second < 0 || second > 60) {
        return NONE;
      }
      millis += second * 1_000L + fraction();
    }
    return withOffset(millis);
  }

  private int fraction() {
    if (!pass((byte) '.')) {
      return 0;
    }
    int millis = 0;
    for (int scale = 100; at < end && isDigit(bytes[at]); scale /= 10, at++) {
      millis += scale * (bytes[at] - '0');
    }
    return millis;
  }

  private long withOffset(long millis) {
    if (at == end || bytes[at] == 'Z' && at + 1 == end) {
      return millis;
    }
    int sign = pass((byte) '+') ? 1 : pass((byte) '-') ? -1 : 0;
    int hours = number(2);
    if (sign == 0 || hours < 0 || hours > 18) {
      return NONE;
    }
    int minutes = 0;
    if (at < end) {
      pass((byte) ':');
      minutes = number(2);
    }
    return minutes < 0 || minutes > 59 || at != end
        ? NONE
        : millis - sign * (hours * 60L + minutes) * MINUTE_MILLIS;
  }

  private boolean pass(byte b) {
    if (at < end && bytes[at] == b) {
      at++;
      return true;
    }
    return false;
  }

  /** A number of so many digits, -1 if there is none. */
  private int number(int digits) {
    if (end - at < digits) {
      return -1;
    }
    int number = 0;
    for (int i = 0; i < digits; i++, at++) {
      if (!isDigit(bytes[at])) {
        return -1;
      }
      number = 10 * number + bytes[at] - '0';
    }
    return number;
  }

  private static boolean isDigit(byte b) {
    return b >= '0' && b <= '9';
  }

  private static int daysOf(int month, int year) {
    boolean leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return switch (month) {
      case 2 -> leap ? 29 : 28;
      case 4, 6, 9, 11 -> 30;
      default -> 31;
    };
  }

  /** Days since 1970 in the Gregorian calendar (Howard Hinnant's days_from_civil). */
  private static long days(int year, int month, int day) {
    int fromMarch = month > 2 ? month - 3 : month + 9;
    long shifted = month > 2 ? year : year - 1L;
    long era = Math.floorDiv(shifted, 400);
    long ofEra = shifted - era * 400;
    long dayOfYear = (153L * fromMarch + 2) / 5 + day - 1;
    return era * 146_097 + ofEra * 365 + ofEra / 4 - ofEra / 100 + dayOfYear - 719_468;
  }
}
