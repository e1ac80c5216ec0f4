package dev.millrace.engine.feature;

/**
 * Lower case by a written rule that no locale and no version of Unicode changes: ASCII, Latin-1,
 * Latin Extended-A, Greek and Cyrillic letters, each to the one that follows from its code. All of
 * these take two bytes of UTF-8 in either case; every other character stays as it is.
 */
final class LowerCase {
  private LowerCase() {}

  /** The character in lower case. */
  static int of(int c) {
    if (c < 0x80) {
      return c >= 'A' && c <= 'Z' ? c + 0x20 : c;
    } else if (c < 0x100) {
      return c >= 0xC0 && c <= 0xDE && c != 0xD7 ? c + 0x20 : c;
    } else if (c < 0x180) {
      return latinExtendedA(c);
    } else if (c >= 0x391 && c <= 0x3A9) {
      return c == 0x3A2 ? c : c + 0x20;
    } else if (c >= 0x400 && c <= 0x42F) {
      return c < 0x410 ? c + 0x50 : c + 0x20;
    }
    return c;
  }

  private static int latinExtendedA(int c) {
    if (c == 0x178) {
      return 0xFF;
    }
    boolean evenUpper = c <= 0x12F || c >= 0x132 && c <= 0x137 || c >= 0x14A && c <= 0x177;
    boolean oddUpper = c >= 0x139 && c <= 0x148 || c >= 0x179 && c <= 0x17E;
    boolean upper = evenUpper && c % 2 == 0 || oddUpper && c % 2 == 1;
    return upper ? c + 1 : c;
  }

  /**
   * Whether the character belongs to a word: a letter, a digit, an apostrophe. Beyond ASCII these
   * are whole blocks of letters; signs, spaces, punctuation and emoji are none.
   */
  static boolean isOfWord(int c) {
    if (c < 0x80) {
      return c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c == '\'';
    } else if (c < 0x2000) {
      return c == 0xAA || c == 0xB5 || c == 0xBA || c >= 0xC0 && c != 0xD7 && c != 0xF7;
    } else if (c < 0x10000) {
      return c >= 0x2C00 && c <= 0x2DFF
          || c >= 0x3040 && c <= 0xD7FF
          || c >= 0xF900 && c <= 0xFDFF
          || c >= 0xFE70 && c <= 0xFEFE
          || c >= 0xFF10 && c <= 0xFF19
          || c >= 0xFF21 && c <= 0xFF3A
          || c >= 0xFF41 && c <= 0xFFDC;
    }
    return c < 0x1F000 || c >= 0x20000;
  }
}
