package dev.millrace.engine.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class KernelTwinsTest {
  private static final Kernels PLAIN = new PlainKernels();
  private static final Kernels VECTOR = KernelChoice.select(KernelChoice.Mode.VECTOR).kernels();

  @Test
  void agreeBitForBitAtEverySizeUpTo67() {
    for (int outputs = 1; outputs <= 67; outputs++) {
      int inputs = 1 + (outputs * 29) % 67;
      for (int rows : new int[] {1, 5, 32, 33}) {
        agree(new KernelCase(inputs, outputs, rows, 11, false));
      }
    }
  }

  @Test
  void agreeBitForBitOnNanInfinityZerosAndDenormals() {
    for (int outputs = 1; outputs <= 67; outputs += 3) {
      int inputs = 1 + (outputs * 31) % 67;
      for (int rows : new int[] {1, 5, 32, 33}) {
        agree(new KernelCase(inputs, outputs, rows, 12, true));
      }
    }
  }

  @Test
  void agreeBitForBitOnManyPanels() {
    agree(new KernelCase(300, 130, 33, 13, false));
    agree(new KernelCase(129, 257, 5, 14, false));
    agree(new KernelCase(20, 40, 300, 17, false));
  }

  @Property(tries = 100)
  void agreeBitForBitOnAnyShape(
      @ForAll @IntRange(min = 1, max = 67) int inputs,
      @ForAll @IntRange(min = 1, max = 67) int outputs,
      @ForAll @IntRange(min = 1, max = 40) int rows,
      @ForAll long seed,
      @ForAll boolean edges) {
    agree(new KernelCase(inputs, outputs, rows, seed, edges));
  }

  @Test
  void agreeBitForBitOnRunningStatistics() {
    for (int columns = 1; columns <= 67; columns++) {
      KernelCase numbers = new KernelCase(columns, 1, 1, 16, false);
      double[][] means = {new double[columns + 3], new double[columns + 3]};
      double[][] squares = {new double[columns + 3], new double[columns + 3]};
      for (int count = 1; count <= 20; count++) {
        float[] x = numbers.numbers(count, columns + 2, 1e3f);
        x[2] = 7; // a constant column
        float[][] y = {new float[columns + 1], new float[columns + 1]};
        for (int twin = 0; twin < 2; twin++) {
          Kernels kernels = twin == 0 ? PLAIN : VECTOR;
          kernels.standardize(
              x, 2, columns, count, means[twin], squares[twin], 3, 1.5f, y[twin], 1);
        }
        assertThat(y[1]).containsExactly(y[0]);
        assertThat(y[0][1]).isZero();
      }
      assertThat(means[1]).containsExactly(means[0]);
      assertThat(squares[1]).containsExactly(squares[0]);
    }
  }

  @Test
  void tellARowTheSameWhicheverRowsStandBesideIt() {
    for (Kernels kernels : List.of(PLAIN, VECTOR)) {
      DenseShape shape = new DenseShape(67, 45, 0, 67 * 48);
      KernelCase numbers = new KernelCase(67, 45, 33, 15, false);
      float[] x = numbers.numbers(1, 33 * 67, 1);
      float[] parameters = numbers.numbers(2, 68 * 48, 1);
      float[] together = forward(kernels, shape, x, 0, parameters, 33);
      for (int row = 0; row < 33; row++) {
        float[] alone = forward(kernels, shape, x, row * 67, parameters, 1);
        assertThat(alone).containsExactly(Arrays.copyOfRange(together, row * 45, row * 45 + 45));
      }
    }
  }

  private static float[] forward(
      Kernels kernels, DenseShape shape, float[] x, int offset, float[] parameters, int rows) {
    Workspace workspace = new Workspace(Workers.ONE);
    workspace.reserve(rows, 67);
    float[] y = new float[rows * shape.outputs()];
    kernels.products().packRows(x, offset, rows, shape.inputs(), workspace);
    kernels.products().forward(shape, x, offset, parameters, y, rows, 0, shape.panels(), workspace);
    return y;
  }

  private static void agree(KernelCase shape) {
    List<int[]> expected = shape.run(PLAIN).stream().map(int[]::clone).toList();
    List<int[]> actual = shape.run(VECTOR);
    assertThat(actual).hasSameSizeAs(expected);
    for (int i = 0; i < expected.size(); i++) {
      assertThat(actual.get(i)).as("array %d of %s", i, shape).isEqualTo(expected.get(i));
    }
  }
}
