package dev.millrace.engine.params;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ParameterLayoutTest {
  private final ParameterLayout layout = ParameterLayout.ofDense(1000, List.of(512, 10));

  @Test
  void namesEachTensorWithItsShapeAndPlace() {
    assertThat(layout.tensors())
        .containsExactly(
            new Tensor("dense_0/kernel", 1000, 512, 0),
            new Tensor("dense_0/bias", 1, 512, 512_000),
            new Tensor("dense_1/kernel", 512, 10, 512_512),
            new Tensor("dense_1/bias", 1, 10, 517_632));
    assertThat(layout.size()).isEqualTo(517_642);
    assertThat(layout.tensor("dense_1/kernel").index(511, 9)).isEqualTo(517_631);
  }

  @Test
  void leavesNoGapAndNoOverlap() {
    int end = 0;
    for (Tensor tensor : layout.tensors()) {
      assertThat(tensor.offset()).isEqualTo(end);
      end += tensor.size();
    }
    assertThat(end).isEqualTo(layout.size());
  }
}
