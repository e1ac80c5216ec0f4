package dev.millrace.engine.feature;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.millrace.engine.feature.TokenSettings.Weight;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class TokenizerTest {
  private static final int SIZE = 1 << 20;

  private static Bag bag(String text, TokenSettings settings) {
    Tokenizer tokenizer = new Tokenizer(settings, SIZE);
    Bag bag = new Bag();
    byte[] bytes = ("xx" + text + "yy").getBytes(StandardCharsets.UTF_8);
    tokenizer.begin(bag);
    tokenizer.text(bytes, 2, bytes.length - 4);
    assertThat(tokenizer.end()).isTrue();
    return bag;
  }

  private static int slot(String token) {
    byte[] bytes = token.getBytes(StandardCharsets.UTF_8);
    return 1 + Utf8Hash.bucket(bytes, 0, bytes.length, SIZE - 1);
  }

  private static void assertTokens(Bag bag, Map<String, Float> expected) {
    assertThat(bag.count()).isEqualTo(expected.size());
    int i = 0;
    for (Map.Entry<String, Float> token : expected.entrySet()) {
      assertThat(bag.slot(i)).as(token.getKey()).isEqualTo(slot(token.getKey()));
      assertThat(bag.weight(i)).as(token.getKey()).isEqualTo(token.getValue());
      i++;
    }
  }

  private static Map<String, Float> ordered(Object... tokensAndWeights) {
    Map<String, Float> map = new LinkedHashMap<>();
    for (int i = 0; i < tokensAndWeights.length; i += 2) {
      map.put((String) tokensAndWeights[i], ((Number) tokensAndWeights[i + 1]).floatValue());
    }
    return map;
  }

  @Test
  void shouldTakeEachDifferentWordOnceInLowerCase() {
    assertTokens(
        bag("  Don't STOP--don't, stop! 4U £2 now…Now", TokenSettings.WORDS),
        ordered("don't", 1, "stop", 1, "4u", 1, "2", 1, "now", 1));
    assertThat(bag("", TokenSettings.WORDS).count()).isZero();
    assertThat(bag(" \n.,! ", TokenSettings.WORDS).count()).isZero();
    assertThat(bag("", TokenSettings.WORDS).isMissing()).isFalse();
  }

  @Test
  void shouldKnowTheLettersOfManyLanguagesAndLeaveSignsOut() {
    assertTokens(
        bag("ÄRGER Žluťoučký ΑΒΓ ПРИВЕТ Ёлка 東京 😀ok", TokenSettings.WORDS),
        ordered("ärger", 1, "žluťoučký", 1, "αβγ", 1, "привет", 1, "ёлка", 1, "東京", 1, "ok", 1));
  }

  /** Of the two-byte letters the rule is Java's, but for those that it does not know. */
  @Test
  void shouldAgreeWithUnicodeOnTheLettersThatTheRuleIsMadeFor() {
    for (int c = 0; c < 0x460; c++) {
      int lower = LowerCase.of(c);
      if (lower != c) {
        assertThat(lower).as("U+%04X", c).isEqualTo(Character.toLowerCase(c));
      } else if (c < 0x180 && c != 0x130 || c >= 0x391 && c < 0x3AA || c >= 0x400 && c < 0x430) {
        assertThat(Character.toLowerCase(c)).as("U+%04X", c).isEqualTo(c);
      }
    }
  }

  @Test
  void shouldTakeTheWordsThatTheReferenceTakesOfAnyAsciiText() {
    SplittableRandom random = new SplittableRandom(3);
    Pattern word = Pattern.compile("[a-z0-9']+");
    for (int n = 0; n < 500; n++) {
      StringBuilder text = new StringBuilder();
      for (int i = random.nextInt(60); i > 0; i--) {
        text.append((char) random.nextInt(32, 127));
      }
      Map<String, Float> expected = new LinkedHashMap<>();
      Matcher matcher = word.matcher(text.toString().toLowerCase(Locale.ROOT));
      while (matcher.find()) {
        expected.merge(matcher.group(), 1f, Float::sum);
      }
      assertTokens(bag(text.toString(), new TokenSettings(1, 0, 0, Weight.COUNT, false)), expected);
    }
  }

  @Test
  void shouldTakeRunsOfWordsAndCountThem() {
    assertTokens(
        bag("to be, or not To Be", new TokenSettings(2, 0, 0, Weight.COUNT, false)),
        ordered(
            "to", 2, "to be", 2, "be", 2, "be or", 1, "or", 1, "or not", 1, "not", 1, "not to", 1));
    assertTokens(
        bag("a a a b", new TokenSettings(1, 0, 0, Weight.LOG, false)),
        ordered("a", (float) Math.log1p(3), "b", (float) Math.log1p(1)));
  }

  @Test
  void shouldTakeRunsOfCharactersWithinAWordAndTheSpacesAroundIt() {
    TokenSettings chars = new TokenSettings(0, 3, 4, Weight.BINARY, false);
    assertThat(bag("Äb", chars).count()).as("' äb', ' äb ', 'äb '").isEqualTo(3);
    assertThat(bag("ab ab", chars).count()).isEqualTo(bag("ab", chars).count());
    assertThat(bag("a", chars).count()).as("' a '").isEqualTo(1);
    TokenSettings both = new TokenSettings(1, 3, 3, Weight.BINARY, false);
    assertThat(bag("abc", both).count()).as("abc; ' ab', 'abc', 'bc '").isEqualTo(4);
  }

  @Test
  void shouldCutATextOfVeryManyWords() {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < Bag.ENTRIES_MAX + 5; i++) {
      text.append('w').append(i).append(' ');
    }
    Tokenizer tokenizer = new Tokenizer(TokenSettings.WORDS, SIZE);
    Bag bag = new Bag();
    byte[] bytes = text.toString().getBytes(StandardCharsets.US_ASCII);
    tokenizer.begin(bag);
    tokenizer.text(bytes, 0, bytes.length);
    assertThat(tokenizer.end()).isFalse();
    assertThat(bag.count()).isEqualTo(Bag.ENTRIES_MAX);
  }

  @Test
  void shouldAllocateNothingOnceItsBuffersAreLargeEnough() {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    Tokenizer tokenizer = new Tokenizer(new TokenSettings(2, 3, 5, Weight.LOG, false), SIZE);
    Bag bag = new Bag();
    byte[] bytes =
        "Free entry in 2 a wkly comp to win FA Cup final tkts"
            .repeat(9)
            .getBytes(StandardCharsets.US_ASCII);
    long before = 0;
    for (int i = 0; i < 2_000; i++) {
      before = i == 1_000 ? threads.getCurrentThreadAllocatedBytes() : before;
      tokenizer.begin(bag);
      tokenizer.text(bytes, 0, bytes.length);
      tokenizer.end();
    }
    long perText = (threads.getCurrentThreadAllocatedBytes() - before) / 1_000;
    assertThat(perText).isLessThan(16);
  }
}
