package dev.millrace.engine.feature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.engine.state.StateBlocks;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class GrowingVocabularyTest {
  private static final int KEYS_A_BLOCK = StateBlocks.BLOCK_BYTES / Long.BYTES;

  private static long key(String text) {
    byte[] bytes = ("<" + text + ">").getBytes(StandardCharsets.UTF_8);
    return GrowingVocabulary.key(bytes, 1, bytes.length - 2);
  }

  /** Few keys, some of which fall into one place of the index. */
  private static long anyKey(SplittableRandom random) {
    long key = random.nextInt(1, 40) + ((long) random.nextInt(3) << 50);
    return random.nextInt(20) == 0 ? Long.MIN_VALUE : key;
  }

  @Property(tries = 200)
  void shouldGiveRowsInTheOrderOfLearningAndNeverMoreThanThereAre(
      @ForAll long seed, @ForAll @IntRange(min = 1, max = 150) int texts) {
    SplittableRandom random = new SplittableRandom(seed);
    GrowingVocabulary vocabulary = new GrowingVocabulary(texts);
    Map<Long, Integer> rows = new LinkedHashMap<>();
    for (int i = 0; i < 400; i++) {
      long key = anyKey(random);
      if (random.nextInt(3) > 0) {
        if (rows.size() < texts) {
          rows.putIfAbsent(key, rows.size());
        }
        assertThat(vocabulary.learn(key)).isEqualTo(rows.getOrDefault(key, -1));
      } else {
        assertThat(vocabulary.row(key)).isEqualTo(rows.getOrDefault(key, -1));
      }
      assertThat(vocabulary.known()).isEqualTo(rows.size());
    }
  }

  @Property(tries = 100)
  void shouldGiveTheSameRowsAfterItsStateWasReadWhateverItKnewBefore(
      @ForAll long seed, @ForAll @IntRange(min = 1, max = 60) int texts) {
    SplittableRandom random = new SplittableRandom(seed);
    GrowingVocabulary vocabulary = new GrowingVocabulary(texts);
    StateBlocks blocks = new StateBlocks(vocabulary.state("keys"));
    Map<String, byte[]> store = new HashMap<>();
    GrowingVocabulary other = new GrowingVocabulary(texts);
    StateBlocks others = new StateBlocks(other.state("keys"));
    for (int i = 0; i < 300; i++) {
      vocabulary.learn(anyKey(random));
      other.learn(random.nextLong());
      blocks.touch();
      if (random.nextInt(20) == 0) {
        blocks.writeChanged(store::put);
        read(other, others, store);
        assertThat(others.digest()).isEqualTo(blocks.digest());
        SplittableRandom next = random.split();
        SplittableRandom same = new SplittableRandom(next.nextLong());
        for (int k = 0; k < 40; k++) {
          long key = anyKey(same);
          assertThat(other.row(key)).isEqualTo(vocabulary.row(key));
        }
        assertThat(other.known()).isEqualTo(vocabulary.known());
      }
    }
  }

  private static void read(
      GrowingVocabulary vocabulary, StateBlocks blocks, Map<String, byte[]> store) {
    vocabulary.forget();
    blocks.read(store::get);
    vocabulary.restored();
  }

  @Test
  void shouldWriteOnlyTheBlocksThatHoldNewKeys() {
    int texts = 3 * KEYS_A_BLOCK + 7;
    GrowingVocabulary vocabulary = new GrowingVocabulary(texts);
    StateBlocks blocks = new StateBlocks(vocabulary.state("keys"));
    Map<String, byte[]> store = new HashMap<>();
    assertThat(changed(blocks, store)).containsExactly("keys.touched/0");
    for (long key = 1; key < KEYS_A_BLOCK; key++) {
      vocabulary.learn(key);
    }
    assertThat(changed(blocks, store)).containsExactly("keys.touched/0", "keys/0");
    vocabulary.learn(-7);
    vocabulary.learn(-8);
    assertThat(changed(blocks, store)).containsExactly("keys.touched/0", "keys/0", "keys/1");
    vocabulary.learn(-9);
    vocabulary.learn(5);
    assertThat(changed(blocks, store)).containsExactly("keys.touched/0", "keys/1");
    vocabulary.learn(5);
    vocabulary.row(12345678);
    assertThat(changed(blocks, store)).containsExactly("keys.touched/0");

    GrowingVocabulary restored = new GrowingVocabulary(texts);
    read(restored, new StateBlocks(restored.state("keys")), store);
    assertThat(restored.known()).isEqualTo(KEYS_A_BLOCK + 2);
    assertThat(restored.row(-9)).isEqualTo(KEYS_A_BLOCK + 1);
    assertThat(restored.learn(-10)).isEqualTo(KEYS_A_BLOCK + 2);
  }

  /** Few texts and few rows, against a plain account of when each came. */
  @Property(tries = 200)
  void shouldTakeATextOnItsNthEventAndForgetItWhenItHasNotComeForLong(
      @ForAll long seed,
      @ForAll @IntRange(min = 1, max = 30) int texts,
      @ForAll @IntRange(min = 1, max = 4) int minCount,
      @ForAll @IntRange(min = 0, max = 60) int expireAfter) {
    SplittableRandom random = new SplittableRandom(seed);
    GrowingVocabulary vocabulary =
        new GrowingVocabulary(texts, new GrowthSettings(minCount, expireAfter));
    Map<Long, Integer> rows = new HashMap<>();
    Map<Long, Integer> counts = new HashMap<>();
    Map<Long, Integer> last = new HashMap<>();
    int sweptRows = 0;
    int swept = 0;
    for (int event = 1; event <= 500; event++) {
      long key = APART.get(random.nextInt(1 + event / 8));
      boolean isKnown = rows.containsKey(key);
      if (!isKnown && counts.merge(key, 1, Integer::sum) >= minCount && rows.size() < texts) {
        rows.put(key, firstFree(rows, texts));
        counts.remove(key);
      }
      last.put(key, event);
      assertThat(vocabulary.learn(key)).isEqualTo(rows.getOrDefault(key, -1));
      if (random.nextInt(6) == 0) {
        int hand = sweptRows;
        int many = Math.min(texts, 2 * (event - swept));
        int now = event;
        Set<Integer> due = new TreeSet<>();
        rows.forEach(
            (text, row) -> {
              boolean isReached = Math.floorMod(row - hand, texts) < many;
              if (expireAfter > 0 && isReached && now - last.get(text) >= expireAfter) {
                due.add(row);
              }
            });
        sweptRows = 2 * event % texts;
        swept = event;
        Set<Integer> freed = new TreeSet<>();
        vocabulary.expire(freed::add);
        assertThat(freed).isEqualTo(due);
        rows.values().removeAll(due);
      }
      assertThat(vocabulary.known()).isEqualTo(rows.size());
      rows.forEach((text, row) -> assertThat(vocabulary.row(text)).isEqualTo(row));
    }
  }

  /** Keys of which no two count against one another. */
  private static final List<Long> APART = apart();

  private static List<Long> apart() {
    Map<Long, Long> byPlace = new LinkedHashMap<>();
    for (long key = 1; byPlace.size() < 70; key++) {
      byPlace.putIfAbsent(Utf8Hash.mix(key) & Newcomers.PLACES_MIN - 1, key);
    }
    return List.copyOf(byPlace.values());
  }

  private static int firstFree(Map<Long, Integer> rows, int texts) {
    for (int row = 0; row < texts; row++) {
      if (!rows.containsValue(row)) {
        return row;
      }
    }
    throw new AssertionError("no row is free");
  }

  @Property(tries = 200)
  void shouldGoOnFromItsStateAlsoWhereTextsAreCountedAndForgotten(
      @ForAll long seed,
      @ForAll @IntRange(min = 1, max = 60) int texts,
      @ForAll @IntRange(min = 1, max = 4) int minCount,
      @ForAll @IntRange(min = 0, max = 60) int expireAfter) {
    SplittableRandom random = new SplittableRandom(seed);
    GrowthSettings growth = new GrowthSettings(minCount, expireAfter);
    GrowingVocabulary vocabulary = new GrowingVocabulary(texts, growth);
    StateBlocks blocks = new StateBlocks(vocabulary.state("keys"));
    Map<String, byte[]> store = new HashMap<>();
    GrowingVocabulary other = new GrowingVocabulary(texts, growth);
    StateBlocks others = new StateBlocks(other.state("keys"));
    for (int i = 0; i < 400; i++) {
      long key = anyKey(random);
      assertThat(other.learn(key)).isEqualTo(vocabulary.learn(key));
      blocks.touch();
      others.touch();
      if (random.nextInt(5) == 0) {
        Set<Integer> freed = new TreeSet<>();
        vocabulary.expire(freed::add);
        Set<Integer> same = new TreeSet<>();
        other.expire(same::add);
        assertThat(same).isEqualTo(freed);
      }
      if (random.nextInt(20) == 0) {
        blocks.writeChanged(store::put);
        for (int lost = random.nextInt(20); lost > 0; lost--) {
          other.learn(random.nextLong());
          other.expire(row -> {});
        }
        read(other, others, store);
      }
      assertThat(others.digest()).isEqualTo(blocks.digest());
    }
  }

  @Test
  void shouldCountATextThatIsMostOfWhatComesToItsPlaceHoweverManyOthersCome() {
    GrowingVocabulary vocabulary = new GrowingVocabulary(10, new GrowthSettings(5, 0));
    SplittableRandom random = new SplittableRandom(7);
    for (int i = 0; i < 200_000; i++) {
      vocabulary.learn(random.nextLong() | 1L << 62);
      if (i % 100 == 0) {
        vocabulary.learn(17); // 1 of 100, where 1 of 1,024 comes to its place
      }
    }
    assertThat(vocabulary.row(17)).isNotNegative();
    assertThat(vocabulary.known()).as("of texts that came once").isLessThan(10);
  }

  private static Set<String> changed(StateBlocks blocks, Map<String, byte[]> store) {
    Set<String> keys = new TreeSet<>();
    blocks.touch();
    blocks.writeChanged(
        (key, value) -> {
          keys.add(key);
          store.put(key, value);
        });
    return keys;
  }

  @Test
  void shouldKnowTextsApartByTheirBytesTheEmptyOneToo() {
    GrowingVocabulary vocabulary = new GrowingVocabulary(100_003);
    assertThat(vocabulary.learn(key(""))).isZero();
    for (int i = 0; i < 100_000; i++) {
      assertThat(vocabulary.learn(key("m" + i))).isEqualTo(i + 1);
    }
    assertThat(vocabulary.learn(key("é"))).isEqualTo(100_001);
    assertThat(vocabulary.row(key(""))).isZero();
    assertThat(vocabulary.row(key("m77"))).isEqualTo(78);
  }

  /** The first half is any text; the second is what the hash of it is XORed with to give 0. */
  @Test
  void shouldTakeATextWhoseHashIsZeroAsAnyOther() {
    byte[] text = HASHED_TO_ZERO.getBytes(StandardCharsets.UTF_8);
    assertThat(Utf8Hash.hash(text, 0, text.length)).isZero();
    GrowingVocabulary vocabulary = new GrowingVocabulary(4);
    assertThat(vocabulary.row(key(HASHED_TO_ZERO))).isEqualTo(GrowingVocabulary.UNKNOWN);
    assertThat(vocabulary.learn(key("x"))).isZero();
    assertThat(vocabulary.learn(key(HASHED_TO_ZERO))).isOne();
    assertThat(vocabulary.row(key(HASHED_TO_ZERO))).isOne();
    assertThat(vocabulary.known()).isEqualTo(2);
  }

  @Test
  void shouldNameALengthThatIsTooSmallOrTooLarge() {
    assertThatThrownBy(() -> FeatureSpec.growing("city", 0)).hasMessageContaining("feature=city");
    assertThatThrownBy(() -> FeatureSpec.growing("city", GrowingVocabulary.TEXTS_MAX + 1))
        .hasMessageContaining("feature=city, texts=268,435,457");
  }

  private static final String HASHED_TO_ZERO = "text4933.lut?U<Y";
}
