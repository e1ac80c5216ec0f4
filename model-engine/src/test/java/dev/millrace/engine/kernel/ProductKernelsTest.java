package dev.millrace.engine.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What works on ranges of a flat array, or of one row, does what the kernels of arrays do. */
class ProductKernelsTest {
  private static final Kernels PLAIN = new PlainKernels();
  private static final Kernels VECTOR = KernelChoice.select(KernelChoice.Mode.VECTOR).kernels();
  private static final List<Kernels> BOTH = List.of(PLAIN, VECTOR);
  private static final int RANGES = 7;
  private static final int[] INDEX = {4, 0, 9, 3, 11, 1, 6};
  private static final int AT = 5;
  private static final int DY_AT = 3;

  @Test
  void stepsAlongAProductAsAlongItsGradientWrittenOut() {
    for (boolean edges : new boolean[] {false, true}) {
      for (int length = 1; length <= 67; length++) {
        KernelCase random = new KernelCase(1, 1, 1, length, edges);
        for (Kernels kernels : BOTH) {
          stepsAlike(random, length, kernels, false);
          stepsAlike(random, length, kernels, true);
        }
      }
    }
  }

  private static void stepsAlike(KernelCase random, int length, Kernels kernels, boolean adagrad) {
    int stride = length + 2;
    float[] factors = random.numbers(1, RANGES, 1);
    float[] dy = random.numbers(2, DY_AT + length, 1);
    float[] w = random.numbers(3, AT + 12 * stride, 1);
    float[] sum = random.numbers(4, AT + 12 * stride, 1e-2);
    for (int i = 0; i < sum.length; i++) {
      sum[i] = Math.abs(sum[i]);
    }
    float[] expected = w.clone();
    float[] expectedSum = sum.clone();
    ProductGradient product = new ProductGradient();
    product.begin(AT, stride, INDEX, factors, RANGES).of(dy, DY_AT, length);
    float[] g = new float[RANGES * length];
    product.writeTo(g);
    for (int i = 0; i < RANGES; i++) {
      int at = AT + INDEX[i] * stride;
      if (adagrad) {
        PLAIN.updates().adagrad(expected, expectedSum, at, g, i * length, length, 0.3f, 1e-7f);
      } else {
        PLAIN.updates().sgd(expected, at, g, i * length, length, 0.3f);
      }
    }
    if (adagrad) {
      kernels.productUpdates().adagrad(w, sum, product, 0.3f, 1e-7f);
    } else {
      kernels.productUpdates().sgd(w, product, 0.3f);
    }
    assertThat(bits(w)).containsExactly(bits(expected));
    assertThat(bits(sum)).containsExactly(bits(expectedSum));
  }

  @Test
  void addRangesAsOneAfterTheOther() {
    for (boolean edges : new boolean[] {false, true}) {
      for (int length = 1; length <= 67; length++) {
        KernelCase random = new KernelCase(1, 1, 1, length, edges);
        float[] a = random.numbers(1, RANGES, 1);
        float[] x = random.numbers(2, AT + 12 * length, 1);
        for (Kernels kernels : BOTH) {
          float[] y = random.numbers(3, length + 4, 1);
          float[] expected = y.clone();
          for (int i = 1; i < RANGES - 1; i++) {
            PLAIN.axpy(a[i], x, AT + INDEX[i] * length, expected, 2, length);
          }
          kernels.addRanges(a, INDEX, 1, RANGES - 1, x, AT, length, y, 2, length);
          assertThat(bits(y)).containsExactly(bits(expected));
        }
      }
    }
  }

  @Test
  void takeTheInputGradientOfOneRowForSomeInputs() {
    for (int outputs = 1; outputs <= 67; outputs++) {
      DenseShape shape = new DenseShape(40, outputs, 3, DenseShape.NO_BIAS);
      KernelCase random = new KernelCase(40, outputs, 1, outputs, outputs % 2 == 0);
      float[] w = random.numbers(1, 3 + (int) Panels.length(40, outputs), 1);
      float[] dy = random.numbers(2, outputs, 1);
      float[] all = new float[40];
      PLAIN.products().inputGradient(shape, dy, w, all, 1, 0, 40, new Workspace(Workers.ONE));
      int[] some = {0, 2, 3, 5, 8, 13, 21, 22, 23, 30, 38, 39};
      float[] expected = new float[40];
      Arrays.fill(expected, 7f);
      for (int k : some) {
        expected[k] = all[k];
      }
      for (Kernels kernels : BOTH) {
        float[] dx = new float[40];
        Arrays.fill(dx, 7f);
        kernels.products().inputGradientOfOne(shape, dy, w, dx, some, some.length);
        assertThat(bits(dx)).containsExactly(bits(expected));
      }
    }
  }

  private static int[] bits(float[] values) {
    int[] bits = new int[values.length];
    for (int i = 0; i < bits.length; i++) {
      bits[i] = Float.floatToIntBits(values[i]);
    }
    return bits;
  }
}
