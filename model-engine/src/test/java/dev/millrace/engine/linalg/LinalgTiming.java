package dev.millrace.engine.linalg;

import dev.millrace.engine.kernel.KernelChoice;
import dev.millrace.engine.kernel.MatrixKernels;
import dev.millrace.engine.random.CounterRandom;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.Locale;
import jdk.incubator.vector.DoubleVector;

/**
 * A program, not a test: the time of products, solutions and rows of recursive least squares, as
 * the minimum and the median over rounds after a warm-up, beside this core's fused multiply-adds
 * and its way to memory. Its argument is a {@link KernelChoice.Mode}, AUTO if absent.
 */
final class LinalgTiming {
  private static final int ROUNDS = 25;
  private static double peak; // fused multiply-adds a second
  private static double sink;

  private LinalgTiming() {}

  public static void main(String[] arguments) {
    String mode = arguments.length > 0 ? arguments[0] : "AUTO";
    KernelChoice choice = KernelChoice.select(KernelChoice.Mode.valueOf(mode));
    System.out.println(choice.reason());
    double chains = time(() -> sink += chains(100_000))[0];
    peak = 100_000.0 * 8 * DoubleVector.SPECIES_PREFERRED.length() / chains;
    System.out.printf(Locale.ROOT, "peak %.1f e9 fma/s%n", peak / 1e9);
    for (int kib : new int[] {16, 256, 4096, 65536}) {
      double[] array = new double[kib * 128];
      double pass = time(() -> rescale(array))[0];
      System.out.printf(
          Locale.ROOT,
          "read and write in place, %d KiB: %.1f GB/s%n",
          kib,
          2.0 * kib * 1024 / pass / 1e9);
    }
    MatrixKernels kernels = choice.kernels().matrices();
    for (int k : new int[] {16, 64, 256, 1000}) {
      rows(k, 1, kernels);
    }
    rows(1000, 10, kernels);
    for (int n : new int[] {64, 256, 1000}) {
      products(n, new LinearAlgebra(kernels));
    }
  }

  private static void products(int n, LinearAlgebra algebra) {
    Matrix a = random(n, 1);
    Matrix b = random(n, 2);
    Matrix spd = algebra.multiplyTransposed(a, a).plus(Matrix.diagonal(n, n));
    double[] x = b.transpose().toArray();
    Matrix column = Matrix.column(Arrays.copyOf(x, n));
    double cube = (double) n * n * n;
    say("product", n, cube, time(() -> sink += algebra.multiply(a, b).get(0, 0)));
    say(
        "matrix·vector",
        n,
        (double) n * n,
        time(() -> sink += algebra.multiply(a, column).get(0, 0)));
    say("LU", n, cube / 3, time(() -> sink += algebra.lu(a).rcond()));
    say("Cholesky", n, cube / 6, time(() -> sink += algebra.cholesky(spd).rcond()));
    Lu lu = algebra.lu(a);
    say("solve one", n, (double) n * n, time(() -> sink += lu.solve(column).x().get(0, 0)));
    say("solve many", n, cube, time(() -> sink += lu.solve(b).x().get(0, 0)));
  }

  private static void rows(int inputs, int outputs, MatrixKernels kernels) {
    LeastSquaresSpec spec =
        LeastSquaresSpec.of(inputs, outputs, 1).withoutIntercept().withForgetting(0.9999);
    RecursiveLeastSquares rls = new RecursiveLeastSquares(spec, kernels);
    int distinct = 64;
    float[] x = new float[distinct * inputs];
    float[] y = new float[distinct * outputs];
    for (int i = 0; i < x.length; i++) {
      x[i] = (float) (2 * CounterRandom.uniform(1, 3, i) - 1);
    }
    for (int i = 0; i < y.length; i++) {
      y[i] = (float) (2 * CounterRandom.uniform(1, 4, i) - 1);
    }
    double[] times =
        time(
            () -> {
              for (int row = 0; row < distinct; row++) {
                rls.update(x, row * inputs, y, row * outputs, 1);
              }
            });
    for (int i = 0; i < times.length; i++) {
      times[i] /= distinct;
    }
    say("row, outputs=" + outputs, inputs, 1.5 * inputs * inputs, times);
  }

  private static void say(String what, int n, double work, double[] times) {
    System.out.printf(
        Locale.ROOT,
        "%s, n=%d: %.2f µs (median %.2f), %.2f of the peak%n",
        what,
        n,
        1e6 * times[0],
        1e6 * times[1],
        work / times[0] / peak);
  }

  /** Processor seconds of one run: the least and the median of rounds of 10 ms or one run. */
  private static double[] time(Runnable run) {
    long warm = cpuTime() + 700_000_000;
    long runs = 0;
    do {
      run.run();
      runs++;
    } while (cpuTime() < warm);
    long repeats = Math.max(1, runs / 70);
    double[] seconds = new double[ROUNDS];
    for (int round = 0; round < ROUNDS; round++) {
      long start = cpuTime();
      for (long i = 0; i < repeats; i++) {
        run.run();
      }
      seconds[round] = (cpuTime() - start) / 1e9 / repeats;
    }
    Arrays.sort(seconds);
    return new double[] {seconds[0], seconds[ROUNDS / 2]};
  }

  /** Of this thread, so that others on the same core do not count. */
  private static long cpuTime() {
    return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
  }

  private static double chains(int steps) {
    DoubleVector factor = DoubleVector.broadcast(DoubleVector.SPECIES_PREFERRED, 0.999);
    DoubleVector c0 = factor.add(1);
    DoubleVector c1 = factor.add(2);
    DoubleVector c2 = factor.add(3);
    DoubleVector c3 = factor.add(4);
    DoubleVector c4 = factor.add(5);
    DoubleVector c5 = factor.add(6);
    DoubleVector c6 = factor.add(7);
    DoubleVector c7 = factor.add(8);
    for (int i = 0; i < steps; i++) {
      c0 = c0.fma(factor, factor);
      c1 = c1.fma(factor, factor);
      c2 = c2.fma(factor, factor);
      c3 = c3.fma(factor, factor);
      c4 = c4.fma(factor, factor);
      c5 = c5.fma(factor, factor);
      c6 = c6.fma(factor, factor);
      c7 = c7.fma(factor, factor);
    }
    return c0.add(c1).add(c2).add(c3).add(c4).add(c5).add(c6).add(c7).lane(0);
  }

  private static void rescale(double[] array) {
    for (int i = 0; i < array.length; i++) {
      array[i] *= 1.0000001;
    }
  }

  private static Matrix random(int n, int stream) {
    double[] values = new double[n * n];
    for (int i = 0; i < values.length; i++) {
      values[i] = 2 * CounterRandom.uniform(7, stream, i) - 1;
    }
    return Matrix.of(n, n, values);
  }
}
