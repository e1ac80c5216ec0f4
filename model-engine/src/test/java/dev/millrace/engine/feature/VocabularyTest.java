package dev.millrace.engine.feature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class VocabularyTest {
  @Test
  void shouldFindEachTextByItsBytesWhereverTheyStand() {
    List<String> texts = new ArrayList<>(List.of("", "é", "日本"));
    for (int i = 0; i < 1000; i++) {
      texts.add("text-" + i);
    }
    Vocabulary vocabulary = new Vocabulary(texts);
    for (int i = 0; i < texts.size(); i++) {
      byte[] bytes = ("xy" + texts.get(i) + "z").getBytes(StandardCharsets.UTF_8);
      assertThat(vocabulary.indexOf(bytes, 2, bytes.length - 3)).isEqualTo(i);
    }
  }

  @Test
  void shouldSayUnknownOfAnyOtherText() {
    Vocabulary vocabulary = new Vocabulary(List.of("UP", "DOWN"));
    for (String text : List.of("", "U", "UPS", "up", "DOWN ")) {
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      assertThat(vocabulary.indexOf(bytes, 0, bytes.length)).isEqualTo(Vocabulary.UNKNOWN);
    }
  }

  @Test
  void shouldRefuseATextStatedTwice() {
    assertThatThrownBy(() -> new Vocabulary(List.of("a", "b", "a"))).hasMessageContaining("text=a");
  }

  /** Hashed features depend on these values in every stored model: they must never change. */
  @Test
  void shouldHashAsItAlwaysHas() {
    assertThat(hash("")).isEqualTo(HASH_OF_EMPTY);
    assertThat(hash("millrace")).isEqualTo(HASH_OF_MILLRACE);
    assertThat(hash("a longer text, of more than eight bytes")).isEqualTo(HASH_OF_LONGER);
  }

  private static final long HASH_OF_EMPTY = 5197578548964807871L;
  private static final long HASH_OF_MILLRACE = -2316609286828162988L;
  private static final long HASH_OF_LONGER = 4251894065251334891L;

  private static long hash(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return Utf8Hash.hash(bytes, 0, bytes.length);
  }
}
