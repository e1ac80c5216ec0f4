package dev.millrace.engine.kernel;

import dev.millrace.engine.random.CounterRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Runs every matrix kernel on one shape and gives all that it wrote, as bits with one NaN. */
record MatrixKernelCase(int rows, int inner, int columns, long seed, boolean edges) {
  private static final double[] EDGES = {
    0,
    -0.0,
    Double.NaN,
    Double.POSITIVE_INFINITY,
    Double.NEGATIVE_INFINITY,
    Double.MIN_VALUE,
    -1e-310,
    Double.MIN_NORMAL,
    Double.MAX_VALUE,
    -Double.MAX_VALUE,
    1
  };

  /** About one number in eight is an edge, if asked for. */
  double[] numbers(int stream, int size) {
    double[] numbers = new double[size];
    for (int i = 0; i < size; i++) {
      numbers[i] = 2 * CounterRandom.uniform(seed, stream, i) - 1;
      long bits = CounterRandom.bits(seed, stream + 100, i);
      if (edges && (bits & 7) == 0) {
        numbers[i] = EDGES[(int) Long.remainderUnsigned(bits >>> 3, EDGES.length)];
      }
    }
    return numbers;
  }

  /** What the kernels wrote, one array a call. */
  List<long[]> run(MatrixKernels kernels) {
    List<long[]> written = new ArrayList<>();
    products(kernels, written);
    if (!edges) {
      updates(kernels, written);
    }
    return written;
  }

  private void products(MatrixKernels kernels, List<long[]> written) {
    // Wider arrays than needed, to see that no kernel writes beside its matrix.
    int stride = columns + 3;
    MatrixView a = new MatrixView(numbers(1, rows * inner + 5), 5, inner, 1);
    MatrixView b = new MatrixView(numbers(2, (inner + 1) * stride), 2, stride, 1);
    double[] c = numbers(3, (rows + 1) * stride);
    kernels.addProduct(rows, inner, columns, a, b, new MatrixView(c, 1, stride, 1));
    written.add(bits(c));
    MatrixView transposed = new MatrixView(a.array(), 5, 1, rows);
    kernels.subtractProduct(rows, inner, columns, transposed, b, new MatrixView(c, 1, stride, 1));
    written.add(bits(c));
    MatrixView upsideDown = new MatrixView(c, 1, stride, 1).upsideDown(rows);
    kernels.addProduct(rows, inner, columns, a, b.upsideDown(inner), upsideDown);
    written.add(bits(c));
    double[] r = numbers(4, (rows + 1) * stride);
    MatrixView right = new MatrixView(c, 1, stride, 1);
    kernels.residual(rows, inner, columns, a, b, right, new MatrixView(r, 2, stride, 1));
    written.add(bits(r));
  }

  private void updates(MatrixKernels kernels, List<long[]> written) {
    UdFactor factor = new UdFactor(inner, 2);
    for (int row = 0; row < 12; row++) {
      double[] x = numbers(50 + row, inner);
      for (int i = 0; i < inner; i++) {
        boolean sparse = row % 3 == 2 && CounterRandom.bits(seed, 90 + row, i) % 3 != 0;
        factor.x()[i] = sparse ? 0 : x[i];
      }
      int cut = kernels.update(factor, row == 5 ? 0 : 0.5 + row, row < 6 ? 1 : 0.7, 2.5);
      written.add(bits(factor.u()));
      written.add(bits(factor.d()));
      written.add(bits(factor.gain()));
      written.add(new long[] {cut});
    }
  }

  private static long[] bits(double[] numbers) {
    return Arrays.stream(numbers).mapToLong(Double::doubleToLongBits).toArray();
  }

  /** A number that two runs share only if they wrote the same, in all likelihood. */
  static long digest(MatrixKernels kernels) {
    long digest = 0;
    for (int columns = 1; columns <= 67; columns += 6) {
      MatrixKernelCase shape = new MatrixKernelCase(68 - columns, 35, columns, 21, false);
      for (long[] bits : shape.run(kernels)) {
        digest = CounterRandom.splitmix64(digest + Arrays.hashCode(bits));
      }
    }
    return digest;
  }
}
