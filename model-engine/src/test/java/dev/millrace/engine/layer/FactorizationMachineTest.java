package dev.millrace.engine.layer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.engine.kernel.KernelChoice;
import dev.millrace.engine.kernel.Workers;
import dev.millrace.engine.kernel.Workspace;
import dev.millrace.engine.params.ParameterLayout;
import dev.millrace.engine.params.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.junit.jupiter.api.Test;

class FactorizationMachineTest {
  private static final float NUMBER = 3f;
  private static final float VECTOR = 0.5f;

  /** Two features with opposite vectors: their sum is 0, and all gradient is by what is own. */
  private static void check(String input) {
    SequencedMap<String, Integer> fields = new LinkedHashMap<>();
    fields.put("user", 2);
    Inputs inputs = new Inputs(2, fields, 1);
    ParameterLayout layout = new ParameterLayout();
    Layer machine =
        Layers.build(
                List.of(LayerSpec.factorizationMachine(1).at("m", List.of(input))),
                inputs,
                1,
                layout,
                KernelChoice.select(KernelChoice.Mode.AUTO).kernels(),
                new Workspace(Workers.ONE))
            .getFirst();
    float[] parameters = new float[layout.length()];
    for (Tensor tensor : layout.tensors()) {
      layout.set(tensor.name(), new float[] {VECTOR, -VECTOR}, parameters);
    }
    Entries entries = new Entries(1, 1);
    entries.add(0, NUMBER);
    entries.add(1, NUMBER);
    entries.endField();
    inputs.numbers().view(new float[] {NUMBER, NUMBER}, 0);
    inputs.view(entries, 0);
    machine.forward(parameters, 1, new Pass());
    float pair = -VECTOR * VECTOR * NUMBER * NUMBER;
    assertThat(machine.output().values()[0]).isEqualTo(pair);
    machine.output().gradient()[0] = 1f;
    machine.backward(parameters, 1);

    // By v_1 it is x_1·x_2·v_2.
    float expected = NUMBER * NUMBER * VECTOR;
    machine.parameterGradients(1, new Expecting(expected));
    assertThat(machine.gradientBound(1)).isGreaterThanOrEqualTo(expected);
  }

  /** Sees one block, whose first two weights have these gradients. */
  private record Expecting(float magnitude) implements GradientSink {
    @Override
    public boolean isConcurrent() {
      return false;
    }

    @Override
    public void accept(Parameter parameter, int at, float[] g, int gAt, int length) {
      assertThat(g[gAt]).isEqualTo(-magnitude);
      assertThat(g[gAt + 16]).isEqualTo(magnitude);
    }

    @Override
    public void acceptRows(Parameter parameter, int[] rows, int count, float[] g) {
      assertThat(rows).startsWith(0, 1);
      assertThat(g).startsWith(-magnitude, magnitude);
    }
  }

  @Test
  void theBoundCoversWhatANumberWouldHaveWithItself() {
    check("numbers");
  }

  @Test
  void theBoundCoversWhatAnEntryWouldHaveWithItself() {
    check("categories");
  }
}
