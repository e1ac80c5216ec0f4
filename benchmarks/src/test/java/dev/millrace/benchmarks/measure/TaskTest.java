package dev.millrace.benchmarks.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TaskTest {
  private static Task seed(Task.Work work, int batch) {
    return Task.of(work, 1000, "512:relu,10:softmax", "categorical_crossentropy", "adam", batch);
  }

  @Test
  void shouldCountWeightsAndBiases() {
    assertThat(seed(Task.Work.STEP, 32).parameters()).isEqualTo(517_642);
  }

  @Test
  void shouldCountAllProductsOfAStepButTheFirstInputGradient() {
    double first = 2.0 * 32 * 1000 * 512;
    double second = 2.0 * 32 * 512 * 10;
    assertThat(seed(Task.Work.STEP, 32).flops()).isEqualTo(2 * first + 3 * second);
    assertThat(seed(Task.Work.PREDICT, 32).flops()).isEqualTo(first + second);
  }

  @Test
  void shouldCountOneProductOfAKernel() {
    Task task = Task.of(Task.Work.INPUT_GRADIENT, 64, "32:linear", "mean_squared_error", "sgd", 8);
    assertThat(task.flops()).isEqualTo(2.0 * 8 * 64 * 32);
  }

  @ParameterizedTest
  @EnumSource(Task.Work.class)
  void shouldComeBackFromItsArgument(Task.Work work) {
    Task task = seed(work, 7);
    assertThat(Task.parse(task.argument())).isEqualTo(task);
    assertThat(task.network()).isEqualTo("1000-512-10");
    assertThat(task.outputs()).isEqualTo(10);
  }

  @Test
  void shouldCountTheActiveRowsOfATableAlone() {
    Task linear = categories(0, "1:sigmoid");
    assertThat(linear.parameters()).isEqualTo((1 << 18) + 1);
    assertThat(linear.denseParameters()).isEqualTo(1);
    assertThat(linear.flops()).isEqualTo(2 * 2.0 * 32 * 39);
    Task embedding = categories(16, "64:relu,1:sigmoid");
    assertThat(embedding.inputs()).isEqualTo(39 * 16);
    assertThat(embedding.denseParameters()).isEqualTo(39 * 16 * 64 + 64 + 64 + 1);
    assertThat(embedding.parameters() - embedding.denseParameters()).isEqualTo(16 << 18);
    assertThat(embedding.flops()).isEqualTo(3 * 2.0 * 32 * (39 * 16 * 64 + 64));
  }

  @Test
  void shouldComeBackFromItsArgumentWithItsCategories() {
    Task task = categories(16, "64:relu,1:sigmoid");
    assertThat(Task.parse(task.argument())).isEqualTo(task);
    assertThat(task.network()).isEqualTo("(39 of 2^18)x16-64-1");
  }

  private static Task categories(int dimension, String layers) {
    Categories categories = new Categories(39, 1 << 18, dimension);
    return Task.of(categories, layers, "binary_crossentropy", "adagrad", 32);
  }

  @Test
  void shouldRefuseAnArgumentThatIsNoTask() {
    assertThatThrownBy(() -> Task.parse("step 1000"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("argument=step 1000");
    assertThatThrownBy(() -> seed(Task.Work.STEP, 0)).hasMessageContaining("batch=0");
  }
}
