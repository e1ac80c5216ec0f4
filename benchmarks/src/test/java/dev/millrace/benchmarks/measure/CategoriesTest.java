package dev.millrace.benchmarks.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class CategoriesTest {
  private static final Categories CATEGORIES = new Categories(39, 1 << 18, 16);

  @Test
  void shouldShareOutTheWholeVocabularyAmongTheFields() {
    assertThat(CATEGORIES.sizes()).hasSize(39);
    assertThat(CATEGORIES.sizes().values()).allMatch(size -> size == 6_721 || size == 6_722);
    assertThat(CATEGORIES.sizes().values().stream().mapToInt(size -> size).sum()).isEqualTo(262144);
  }

  @Test
  void shouldComeBackFromItsArgumentAndBeNamedByPowers() {
    assertThat(Categories.parse(CATEGORIES.argument())).isEqualTo(CATEGORIES);
    assertThat(CATEGORIES.text()).isEqualTo("(39 of 2^18)x16");
    assertThat(new Categories(3, 100, 0).text()).isEqualTo("(3 of 100)");
  }

  @Test
  void shouldDrawACategoryOfEachFieldForEachRow() {
    int[] indices = new CategoryRows(CATEGORIES).indices();
    assertThat(indices).hasSize(39 * CategoryRows.ROWS);
    for (int i = 0; i < indices.length; i++) {
      assertThat(indices[i]).isBetween(CATEGORIES.first(i % 39), CATEGORIES.first(i % 39 + 1) - 1);
    }
    assertThat(Arrays.stream(indices).distinct().count()).isGreaterThan(200_000);
  }

  @Test
  void shouldRefuseFieldsWithoutCategories() {
    assertThatThrownBy(() -> new Categories(3, 2, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("fields=3, vocabulary=2");
  }
}
