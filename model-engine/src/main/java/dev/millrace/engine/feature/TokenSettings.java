package dev.millrace.engine.feature;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.Locale;

/**
 * How a text, a list of texts or a map becomes entries.
 *
 * @param words runs of up to so many words are tokens; 0 for none
 * @param charsMin the shortest run of characters of a word that is a token; 0 for none
 * @param charsMax the longest
 * @param weight what an entry weighs
 * @param idf whether that is multiplied by how rare the entry has been
 */
public record TokenSettings(
    int words,
    @JsonInclude(JsonInclude.Include.NON_DEFAULT) int charsMin,
    @JsonInclude(JsonInclude.Include.NON_DEFAULT) int charsMax,
    Weight weight,
    @JsonInclude(JsonInclude.Include.NON_DEFAULT) boolean idf) {
  /** Words longer than this many in a row say little, and there are many of them. */
  public static final int NGRAM_MAX = 8;

  /** Each token weighs 1, however often it comes. */
  public static final TokenSettings WORDS = new TokenSettings(1, 0, 0, Weight.BINARY, false);

  /** What an entry weighs. */
  public enum Weight {
    /** 1. */
    BINARY,
    /** How often it comes; in a map of numbers, the number. */
    COUNT,
    /** log(1 + count) by magnitude, with the sign of the count. */
    LOG;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  public TokenSettings {
    boolean chars = charsMin != 0 || charsMax != 0;
    if (words < 0 || words > NGRAM_MAX || charsMax > NGRAM_MAX) {
      throw new IllegalArgumentException(
          "a token is a run of 1 to %d, words=%d, chars=%d".formatted(NGRAM_MAX, words, charsMax));
    }
    if (chars && (charsMin < 1 || charsMax < charsMin)) {
      throw new IllegalArgumentException(
          "runs of characters need a shortest and a longest length, charsMin=%d, charsMax=%d"
              .formatted(charsMin, charsMax));
    }
    if (words == 0 && !chars) {
      throw new IllegalArgumentException("a text needs runs of words or of characters as tokens");
    }
  }
}
