package dev.millrace.engine.feature;

import java.util.Arrays;

/**
 * Makes entries of texts, lists and maps, by the hashes of UTF-8 bytes: nothing is decoded to a
 * String, and nothing allocated once the buffers are large enough.
 *
 * <p>A text is first written in {@linkplain LowerCase lower case} as its words with one space
 * between; a word is a longest run of letters, digits and apostrophes. A run of n words is a token
 * by the bytes from its first to its last word; a run of n characters of one word, to which the
 * space on either side belongs, by its bytes. The hashes are part of the stored format.
 *
 * <p>{@link #begin}, then {@link #text}, {@link #item} or {@link #entry} any number of times, then
 * {@link #end}.
 */
public final class Tokenizer {
  /** Told apart from words, among which there are the same bytes. */
  private static final long CHARS_SALT = 0xD6E8FEB86659FD93L;

  private final TokenSettings settings;
  private final int size;
  private final TokenCounts counts = new TokenCounts();
  private byte[] lower = new byte[256];
  private int length;
  private int[] starts = new int[32]; // of words; the word after the last would begin at length
  private int words;
  private Bag bag;
  private boolean complete;

  /**
   * @param size the slots of the feature, of which one is for missing
   */
  public Tokenizer(TokenSettings settings, int size) {
    this.settings = settings;
    this.size = size;
  }

  /** Begins a value whose entries go to this bag. */
  public void begin(Bag bag) {
    this.bag = bag;
    bag.begin();
    counts.clear();
    complete = true;
  }

  /** A number under a key: an entry of its own. */
  public void entry(long hash, double number) {
    complete &= bag.add(hash, size, weight(number));
  }

  /** A token that is known by its hash. */
  public void item(long hash) {
    if (counts.count() <= Bag.ENTRIES_MAX) {
      counts.add(hash);
    }
  }

  /** The tokens of well-formed UTF-8. */
  public void text(byte[] bytes, int offset, int count) {
    splitIntoWords(bytes, offset, offset + count);
    for (int first = 0; first < words; first++) {
      int last = Math.min(words, first + settings.words());
      for (int next = first + 1; next <= last; next++) {
        item(Utf8Hash.hash(lower, starts[first], end(next - 1) - starts[first]));
      }
    }
    if (settings.charsMax() > 0) {
      for (int word = 0; word < words; word++) {
        characters(starts[word] - 1, end(word) + 1);
      }
    }
  }

  /**
   * Ends the value.
   *
   * @return false if there were more tokens than {@value Bag#ENTRIES_MAX}; the first ones are taken
   */
  public boolean end() {
    for (int i = 0; i < counts.count(); i++) {
      complete &= bag.add(counts.hash(i), size, weight(counts.count(i)));
    }
    return complete;
  }

  private float weight(double count) {
    return switch (settings.weight()) {
      case BINARY -> 1f;
      case COUNT -> (float) count;
      case LOG -> (float) Math.copySign(StrictMath.log1p(Math.abs(count)), count);
    };
  }

  /** Where a word ends: before the space that follows it. */
  private int end(int word) {
    return (word + 1 < words ? starts[word + 1] : length) - 1;
  }

  private void characters(int from, int to) {
    for (int start = from; start < to; start = next(start)) {
      int end = start;
      for (int n = 1; n <= settings.charsMax() && end < to; n++) {
        end = next(end);
        if (n >= settings.charsMin()) {
          item(Utf8Hash.hash(lower, start, end - start) ^ CHARS_SALT);
        }
      }
    }
  }

  /** Where the character behind this one begins. */
  private int next(int at) {
    int i = at + 1;
    while (i < length && (lower[i] & 0xC0) == 0x80) {
      i++;
    }
    return i;
  }

  /** " one word word " with where each word begins. */
  private void splitIntoWords(byte[] bytes, int from, int to) {
    if (lower.length < to - from + 2) {
      lower = new byte[2 * (to - from + 2)];
    }
    lower[0] = ' ';
    length = 1;
    words = 0;
    int at = from;
    while (at < to) {
      int size = sequence(bytes[at]);
      int c = codePoint(bytes, at, size);
      if (LowerCase.isOfWord(c)) {
        if (lower[length - 1] == ' ') {
          begin(length);
        }
        append(bytes, at, size, c);
      } else {
        endWord();
      }
      at += size;
    }
    endWord();
  }

  private void begin(int start) {
    if (words == starts.length) {
      starts = Arrays.copyOf(starts, 2 * words);
    }
    starts[words++] = start;
  }

  private void endWord() {
    if (lower[length - 1] != ' ') {
      lower[length++] = ' ';
    }
  }

  private void append(byte[] bytes, int at, int size, int c) {
    int small = LowerCase.of(c);
    if (small == c) {
      for (int i = 0; i < size; i++) {
        lower[length++] = bytes[at + i];
      }
    } else if (size == 1) {
      lower[length++] = (byte) small;
    } else {
      lower[length++] = (byte) (0xC0 | small >> 6);
      lower[length++] = (byte) (0x80 | small & 0x3F);
    }
  }

  private static int sequence(byte lead) {
    return lead >= 0 ? 1 : (lead & 0xFF) < 0xE0 ? 2 : (lead & 0xFF) < 0xF0 ? 3 : 4;
  }

  private static int codePoint(byte[] bytes, int at, int size) {
    if (size == 1) {
      return bytes[at];
    }
    int c = bytes[at] & (0x7F >> size);
    for (int i = 1; i < size; i++) {
      c = c << 6 | bytes[at + i] & 0x3F;
    }
    return c;
  }
}
