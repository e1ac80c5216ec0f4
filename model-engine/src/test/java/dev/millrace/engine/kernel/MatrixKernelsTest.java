package dev.millrace.engine.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class MatrixKernelsTest {
  private static final MatrixKernels PLAIN =
      KernelChoice.select(KernelChoice.Mode.PLAIN).kernels().matrices();
  private static final MatrixKernels VECTOR =
      KernelChoice.select(KernelChoice.Mode.VECTOR).kernels().matrices();

  @Test
  void areOfTheKindThatWasChosen() {
    assertThat(PLAIN).isInstanceOf(PlainMatrixKernels.class);
    assertThat(VECTOR).isInstanceOf(VectorMatrixKernels.class);
  }

  @Test
  void agreeBitForBitAtEverySizeUpTo67() {
    for (int columns = 1; columns <= 67; columns++) {
      agree(new MatrixKernelCase(1 + (columns * 29) % 67, columns, columns, 1, false));
      agree(new MatrixKernelCase(columns, 1 + (columns * 31) % 67, columns, 2, false));
      agree(new MatrixKernelCase(columns, 1 + (columns * 37) % 67, 1, 3, false));
    }
  }

  @Test
  void agreeBitForBitOnNanInfinityZerosAndDenormals() {
    for (int columns = 1; columns <= 67; columns++) {
      agree(new MatrixKernelCase(1 + (columns * 29) % 67, 7, columns, 4, true));
      agree(new MatrixKernelCase(1 + (columns * 29) % 67, 7, 1, 5, true));
    }
  }

  @Test
  void agreeBitForBitOnSeveralSlicesAndBands() {
    agree(new MatrixKernelCase(131, 259, 35, 6, false));
    agree(new MatrixKernelCase(258, 513, 17, 7, false));
    agree(new MatrixKernelCase(5, 300, 70, 8, false));
  }

  @Property(tries = 100)
  void agreeBitForBitOnAnyShape(
      @ForAll @IntRange(min = 1, max = 67) int rows,
      @ForAll @IntRange(min = 1, max = 67) int inner,
      @ForAll @IntRange(min = 1, max = 67) int columns,
      @ForAll long seed,
      @ForAll boolean edges) {
    agree(new MatrixKernelCase(rows, inner, columns, seed, edges));
  }

  @Test
  void giveTheSameProductInOneCallAsInSlicesOfTheInnerDimension() {
    MatrixKernelCase numbers = new MatrixKernelCase(33, 45, 21, 9, false);
    MatrixView a = MatrixView.of(numbers.numbers(1, 33 * 45), 45);
    MatrixView b = MatrixView.of(numbers.numbers(2, 45 * 21), 21);
    for (MatrixKernels kernels : List.of(PLAIN, VECTOR)) {
      double[] whole = new double[33 * 21];
      double[] sliced = new double[33 * 21];
      kernels.addProduct(33, 45, 21, a, b, MatrixView.of(whole, 21));
      for (int k = 0; k < 45; k += 9) {
        kernels.addProduct(33, 9, 21, a.from(0, k), b.from(k, 0), MatrixView.of(sliced, 21));
      }
      assertThat(sliced).containsExactly(whole);
    }
  }

  @Test
  void giveResidualsThatPlainDoublesWouldLose() {
    double[] a = {1e16, 1, -1e16};
    double[] x = {1, 3, 1};
    for (MatrixKernels kernels : List.of(PLAIN, VECTOR)) {
      double[] r = new double[1];
      kernels.residual(
          1,
          3,
          1,
          MatrixView.of(a, 3),
          MatrixView.of(x, 1),
          MatrixView.of(new double[] {0.5}, 1),
          MatrixView.of(r, 1));
      assertThat(r).containsExactly(-2.5);
    }
  }

  private static void agree(MatrixKernelCase shape) {
    List<long[]> expected = shape.run(PLAIN);
    List<long[]> actual = shape.run(VECTOR);
    assertThat(actual).hasSameSizeAs(expected);
    for (int i = 0; i < expected.size(); i++) {
      assertThat(actual.get(i)).as("array %d of %s", i, shape).isEqualTo(expected.get(i));
    }
  }
}
