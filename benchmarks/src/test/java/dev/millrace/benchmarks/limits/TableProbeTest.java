package dev.millrace.benchmarks.limits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.millrace.benchmarks.measure.Categories;
import dev.millrace.benchmarks.measure.CategoryRows;
import dev.millrace.benchmarks.measure.Task;
import org.junit.jupiter.api.Test;

class TableProbeTest {
  private static Task task(int dimension, int batch) {
    Categories categories = new Categories(3, 100, dimension);
    return Task.of(categories, "1:sigmoid", "binary_crossentropy", "adagrad", batch);
  }

  @Test
  void shouldMakeStepsOverAllRowsAndBeginAgain() {
    for (int dimension : new int[] {0, 5}) {
      for (int batch : new int[] {1, 64}) {
        String argument = TableProbe.argument(task(dimension, batch), 2);
        assertThat(TableProbe.isArgument(argument)).isTrue();
        TableProbe probe = TableProbe.parse(argument);
        for (int step = 0; step <= CategoryRows.ROWS / batch; step++) {
          probe.step(step);
        }
      }
    }
  }

  @Test
  void shouldAddTheTablesTrafficToAStep() {
    double productsUs = task(0, 64).flops() / 100 / 1e3;
    assertThat(Limits.limit(task(0, 64), 100, 2).us()).isCloseTo(2 + productsUs, within(1e-9));
  }
}
