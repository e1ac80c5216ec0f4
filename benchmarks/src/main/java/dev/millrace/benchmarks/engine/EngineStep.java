package dev.millrace.benchmarks.engine;

import dev.millrace.benchmarks.Benchmark;
import dev.millrace.benchmarks.Measurement;
import dev.millrace.benchmarks.Spread;
import dev.millrace.engine.kernel.KernelChoice;
import dev.millrace.engine.kernel.Kernels;
import dev.millrace.engine.layer.Activation;
import dev.millrace.engine.layer.LayerSpec;
import dev.millrace.engine.loss.LossSpec;
import dev.millrace.engine.network.Network;
import dev.millrace.engine.optim.OptimizerSpec;
import dev.millrace.engine.random.CounterRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** One step of Adam, forward and backward pass included, on one thread. */
public final class EngineStep implements Benchmark {
  private static final int SAMPLES = 200;
  private static final double SAMPLE_US_MIN = 2_000;
  private static final long WARM_UP_NS = 2_000_000_000L;

  private record Shape(String name, int inputs, List<LayerSpec> layers, LossSpec loss, int rows) {}

  private static final List<LayerSpec> TEN_CLASSES =
      List.of(LayerSpec.dense(512, Activation.RELU), LayerSpec.dense(10, Activation.SOFTMAX));
  private static final List<LayerSpec> YES_OR_NO =
      List.of(LayerSpec.dense(64, Activation.RELU), LayerSpec.dense(1, Activation.SIGMOID));
  private static final List<Shape> SHAPES =
      List.of(
          new Shape(
              "1000-512-10 batch 32",
              1000,
              TEN_CLASSES,
              LossSpec.SPARSE_CATEGORICAL_CROSSENTROPY,
              32),
          new Shape(
              "1000-512-10 batch 1",
              1000,
              TEN_CLASSES,
              LossSpec.SPARSE_CATEGORICAL_CROSSENTROPY,
              1),
          new Shape("8-64-1 batch 1", 8, YES_OR_NO, LossSpec.BINARY_CROSSENTROPY, 1));

  @Override
  public String name() {
    return "engine-step";
  }

  @Override
  public String doc() {
    return "µs of one Adam step, forward and backward included, on one thread";
  }

  @Override
  public List<Measurement> run(Settings settings, Consumer<String> progress) {
    KernelChoice choice = KernelChoice.select(KernelChoice.Mode.AUTO);
    progress.accept(choice.reason());
    List<Measurement> measurements = new ArrayList<>();
    for (Shape shape : SHAPES) {
      progress.accept(shape.name());
      measurements.add(
          new Measurement(
              name(),
              shape.name(),
              Map.of("us_per_step", stepUs(shape, choice.kernels())),
              Map.of("samples", (double) SAMPLES),
              Map.of()));
    }
    return measurements;
  }

  /** A sample is the mean of enough steps that the clock's own cost disappears. */
  private static Spread stepUs(Shape shape, Kernels kernels) {
    int rows = shape.rows();
    Network network =
        new Network(
            shape.inputs(), shape.layers(), shape.loss(), OptimizerSpec.of("adam"), rows, kernels);
    network.initialize(1);
    float[] x = new float[rows * shape.inputs()];
    for (int i = 0; i < x.length; i++) {
      x[i] = (float) (2 * CounterRandom.uniform(1, 2, i) - 1);
    }
    float[] targets = new float[rows];
    for (int row = 0; row < rows; row++) {
      targets[row] = CounterRandom.bits(1, 3, row) & 1;
    }
    double us = SAMPLE_US_MIN;
    long warm = System.nanoTime();
    while (System.nanoTime() - warm < WARM_UP_NS) {
      us = meanUs(network, x, targets, rows, 20);
    }
    int repeats = Math.max(1, (int) Math.ceil(SAMPLE_US_MIN / us));
    double[] samples = new double[SAMPLES];
    for (int i = 0; i < SAMPLES; i++) {
      samples[i] = meanUs(network, x, targets, rows, repeats);
    }
    return Spread.ofMany(samples);
  }

  private static double meanUs(Network network, float[] x, float[] targets, int rows, int repeats) {
    long start = System.nanoTime();
    for (int i = 0; i < repeats; i++) {
      network.forward(x, 0, rows);
      network.learn(targets, 0, rows);
    }
    return (System.nanoTime() - start) / 1e3 / repeats;
  }
}
