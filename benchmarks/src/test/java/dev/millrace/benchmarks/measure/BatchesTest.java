package dev.millrace.benchmarks.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class BatchesTest {
  private static Task task(int inputs, int batch, String loss) {
    return Task.of(Task.Work.STEP, inputs, "10:softmax", loss, "adam", batch);
  }

  @Test
  void shouldTurnDistinctBatches() {
    Batches batches = new Batches(task(1000, 32, "categorical_crossentropy"));
    assertThat(batches.count()).isEqualTo(64);
    assertThat(batches.rows(0)).hasSize(32_000).isNotEqualTo(batches.rows(1));
    assertThat(batches.rows(64)).isSameAs(batches.rows(0));
  }

  @Test
  void shouldPairRowsWithOtherLabelsInEachTurn() {
    Batches batches = new Batches(task(1000, 32, "categorical_crossentropy"));
    assertThat(batches.targetCount()).isEqualTo(63);
    assertThat(batches.targets(64)).isNotSameAs(batches.targets(0));
  }

  @Test
  void shouldKeepWithinItsMemoryButHaveSeveral() {
    assertThat(new Batches(task(1000, 512, "categorical_crossentropy")).count()).isEqualTo(8);
    assertThat(new Batches(task(50_000, 64, "categorical_crossentropy")).count()).isEqualTo(8);
  }

  @Test
  void shouldGiveTheLabelsThatTheLossWants() {
    float[] classes = new Batches(task(3, 50, "categorical_crossentropy")).targets(0);
    assertThat(classes).hasSize(50).contains(9f).doesNotContain(10f, -1f);
    assertThat(new Batches(task(3, 50, "binary_crossentropy")).targets(0))
        .hasSize(500)
        .containsOnly(0f, 1f);
    assertThat(new Batches(task(3, 50, "mean_squared_error")).targets(0)).hasSize(500);
  }

  @Test
  void shouldTurnAllRowsOfCategories() {
    Categories categories = new Categories(3, 100, 0);
    Batches batches =
        new Batches(Task.of(categories, "1:sigmoid", "binary_crossentropy", "adagrad", 32));
    assertThat(batches.count()).isEqualTo(CategoryRows.ROWS / 32);
    assertThat(batches.rows(1)).isEmpty();
    assertThat(batches.firstRow(3)).isEqualTo(96);
    assertThat(batches.firstRow(batches.count())).isZero();
    assertThat(batches.targets(3)).hasSize(32);
    assertThat(batches.targetCount()).isEqualTo(63);
    assertThatThrownBy(
            () ->
                new Batches(Task.of(categories, "1:sigmoid", "binary_crossentropy", "adagrad", 3)))
        .hasMessageContaining("batch=3");
  }

  @Test
  void shouldBeTheSameEachTime() {
    Task task = task(5, 4, "categorical_crossentropy");
    assertThat(new Batches(task).rows(3)).isEqualTo(new Batches(task).rows(3));
  }
}
