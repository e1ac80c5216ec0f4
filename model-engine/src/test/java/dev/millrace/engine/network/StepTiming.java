package dev.millrace.engine.network;

import dev.millrace.engine.kernel.KernelChoice;
import dev.millrace.engine.layer.Activation;
import dev.millrace.engine.layer.LayerSpec;
import dev.millrace.engine.loss.LossSpec;
import dev.millrace.engine.optim.OptimizerSpec;
import dev.millrace.engine.random.CounterRandom;
import java.util.Arrays;
import java.util.List;

/**
 * A program, not a test: microseconds of one forward and one step, as the minimum and the median
 * over rounds after a warm-up. Its argument is a {@link KernelChoice.Mode}, AUTO if absent.
 */
final class StepTiming {
  private static final int ROUNDS = 60;

  private StepTiming() {}

  public static void main(String[] arguments) {
    String mode = arguments.length > 0 ? arguments[0] : "AUTO";
    KernelChoice choice = KernelChoice.select(KernelChoice.Mode.valueOf(mode));
    System.out.println(choice.reason());
    List<LayerSpec> classes =
        List.of(new LayerSpec(512, Activation.RELU), new LayerSpec(10, Activation.SOFTMAX));
    List<LayerSpec> yesOrNo =
        List.of(new LayerSpec(64, Activation.RELU), new LayerSpec(1, Activation.SIGMOID));
    time("1000-512-10", 1000, classes, LossSpec.SPARSE_CATEGORICAL_CROSSENTROPY, 32, choice);
    time("1000-512-10", 1000, classes, LossSpec.SPARSE_CATEGORICAL_CROSSENTROPY, 1, choice);
    time("8-64-1", 8, yesOrNo, LossSpec.BINARY_CROSSENTROPY, 32, choice);
    time("8-64-1", 8, yesOrNo, LossSpec.BINARY_CROSSENTROPY, 1, choice);
  }

  private static void time(
      String name,
      int inputs,
      List<LayerSpec> layers,
      LossSpec loss,
      int rows,
      KernelChoice choice) {
    Network network =
        new Network(inputs, layers, loss, OptimizerSpec.of("adam"), rows, choice.kernels());
    network.initialize(1);
    float[] x = new float[rows * inputs];
    for (int i = 0; i < x.length; i++) {
      x[i] = (float) (2 * CounterRandom.uniform(1, 2, i) - 1);
    }
    float[] targets = new float[rows];
    for (int row = 0; row < rows; row++) {
      targets[row] = CounterRandom.bits(1, 3, row) & 1;
    }
    int repeats = Math.max(20, 20_000_000 / (network.layout().size() * (rows + 16)));
    double[] forward = new double[ROUNDS];
    double[] step = new double[ROUNDS];
    for (int round = -ROUNDS; round < ROUNDS; round++) {
      long start = System.nanoTime();
      for (int i = 0; i < repeats; i++) {
        network.forward(x, 0, rows);
      }
      long middle = System.nanoTime();
      for (int i = 0; i < repeats; i++) {
        network.forward(x, 0, rows);
        network.learn(x, 0, targets, 0, rows);
      }
      long end = System.nanoTime();
      forward[Math.max(round, 0)] = (middle - start) / 1e3 / repeats;
      step[Math.max(round, 0)] = (end - middle) / 1e3 / repeats;
    }
    System.out.printf(
        "%s, batch %d: forward %s, forward and learn %s%n",
        name, rows, summary(forward), summary(step));
  }

  private static String summary(double[] times) {
    Arrays.sort(times);
    return String.format("%.2f µs (median %.2f)", times[0], times[times.length / 2]);
  }
}
