package dev.millrace.engine.feature;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * The index of a text among stated ones, looked up by its UTF-8 bytes: nothing is decoded and
 * nothing allocated.
 */
public final class Vocabulary {
  /** What {@link #indexOf} says of a text that was not stated. */
  public static final int UNKNOWN = -1;

  private final byte[][] texts;
  private final int[] table; // open addressing: index + 1, 0 where free
  private final int mask;

  public Vocabulary(List<String> texts) {
    this.texts = texts.stream().map(t -> t.getBytes(StandardCharsets.UTF_8)).toArray(byte[][]::new);
    int capacity = Integer.highestOneBit(Math.max(2, texts.size() * 2 - 1)) * 2;
    table = new int[capacity];
    mask = capacity - 1;
    for (int i = 0; i < this.texts.length; i++) {
      byte[] text = this.texts[i];
      if (indexOf(text, 0, text.length) != UNKNOWN) {
        throw new IllegalArgumentException("texts must differ, text=" + texts.get(i));
      }
      int at = (int) Utf8Hash.hash(text, 0, text.length) & mask;
      while (table[at] != 0) {
        at = (at + 1) & mask;
      }
      table[at] = i + 1;
    }
  }

  /** The index of the text that these bytes spell, or {@link #UNKNOWN}. */
  public int indexOf(byte[] bytes, int offset, int length) {
    int at = (int) Utf8Hash.hash(bytes, offset, length) & mask;
    while (table[at] != 0) {
      byte[] text = texts[table[at] - 1];
      if (Arrays.equals(text, 0, text.length, bytes, offset, offset + length)) {
        return table[at] - 1;
      }
      at = (at + 1) & mask;
    }
    return UNKNOWN;
  }
}
