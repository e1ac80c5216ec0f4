package dev.millrace.engine.params;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.engine.params.Tensor.Form;
import java.nio.FloatBuffer;
import java.util.BitSet;
import org.junit.jupiter.api.Test;

class ParameterLayoutTest {
  private final ParameterLayout layout = new ParameterLayout();
  private final Tensor kernel = layout.add("dense_0/kernel", 1000, 512, Form.PANELS);
  private final Tensor bias = layout.add("dense_0/bias", 1, 10, Form.PANELS);
  private final Tensor table = layout.add("embedding_0/embeddings", 7, 5, Form.ROWS);
  private final Tensor narrow = layout.add("dense_1/kernel", 37, 21, Form.PANELS);

  @Test
  void placesTensorsOneBehindTheOther() {
    assertThat(layout.tensors()).containsExactly(kernel, bias, table, narrow);
    assertThat(bias.offset()).isEqualTo(12 + 512_000);
    assertThat(table.offset()).isEqualTo(12 + 512_016);
    assertThat(narrow.offset()).isEqualTo(12 + 512_016 + 48);
    assertThat(layout.length()).isEqualTo(12 + 512_064 + 37 * 32);
    assertThat(layout.size()).isEqualTo(512_000 + 10 + 35 + 37 * 21);
    assertThat(layout.tensor("dense_1/kernel")).isEqualTo(narrow);
  }

  @Test
  void givesEveryElementAPlaceOfItsOwn() {
    BitSet taken = new BitSet();
    for (Tensor tensor : layout.tensors()) {
      for (int row = 0; row < tensor.rows(); row++) {
        for (int column = 0; column < tensor.columns(); column++) {
          int at = tensor.index(row, column);
          assertThat(at).isBetween(tensor.offset(), tensor.offset() + tensor.length() - 1);
          assertThat(taken.get(at)).isFalse();
          taken.set(at);
        }
      }
    }
    assertThat(taken.cardinality()).isEqualTo((int) layout.size());
  }

  @Test
  void copiesAnyRowMajorRangeInAndOut() {
    float[] flat = new float[layout.length()];
    for (Tensor tensor : new Tensor[] {bias, table, narrow}) {
      float[] values = new float[tensor.size()];
      for (int i = 0; i < values.length; i++) {
        values[i] = i + 1;
      }
      for (int from = 0; from < values.length; from += 23) {
        int count = Math.min(23, values.length - from);
        tensor.put(FloatBuffer.wrap(values, from, count), from, count, flat);
      }
      assertThat(flat[tensor.index(0, 4)]).isEqualTo(5f);
      float[] some = new float[3];
      tensor.get(flat, 2, 3, FloatBuffer.wrap(some));
      assertThat(some).containsExactly(3f, 4f, 5f);
      assertThat(layout.copyOf(tensor.name(), flat)).containsExactly(values);
    }
  }

  @Test
  void refusesWhatNoArrayHoldsAndNamesThatAreTaken() {
    assertThatThrownBy(() -> layout.add("dense_9/kernel", 1 << 20, 1 << 11, Form.PANELS))
        .hasMessage("a model holds at most 2^31 - 77 parameters, tensor=dense_9/kernel");
    assertThatThrownBy(() -> layout.add("dense_0/bias", 1, 1, Form.PANELS))
        .hasMessage("a tensor's name must be its own, name=dense_0/bias");
    assertThatThrownBy(() -> layout.tensor("dense_2/bias"))
        .hasMessageContaining("tensor must be one of")
        .hasMessageContaining("name=dense_2/bias");
  }
}
