package dev.millrace.benchmarks.engine;

import dev.millrace.benchmarks.Spread;
import dev.millrace.benchmarks.Timing;
import dev.millrace.benchmarks.chart.Chart;
import dev.millrace.benchmarks.measure.Samples;
import dev.millrace.benchmarks.measure.Task;
import dev.millrace.benchmarks.process.Launcher;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;

/**
 * From which size on a second thread makes a product faster. One product follows the other, so the
 * second thread still spins when it is wanted again: what a step whose products come within
 * microseconds of one another has, and the best that one can have.
 */
final class ThreadScaling {
  private static final int BATCH = 32;
  private static final int UNITS = 512;
  private static final int[] INPUTS = {8, 16, 32, 64, 128, 256, 512, 1024};
  private static final List<Task.Work> PRODUCTS =
      List.of(Task.Work.FORWARD, Task.Work.WEIGHT_GRADIENT, Task.Work.INPUT_GRADIENT);

  private final String benchmark;
  private final Launcher launcher;
  private final Consumer<String> progress;
  private final List<Chart.Curve> curves = new ArrayList<>();

  /**
   * @param launcher onto two cores
   */
  ThreadScaling(String benchmark, Launcher launcher, Consumer<String> progress) {
    this.benchmark = benchmark;
    this.launcher = launcher;
    this.progress = progress;
  }

  /** The time of each product at each size, with one thread and with two. */
  List<Timing> run() throws IOException, InterruptedException {
    List<Timing> timings = new ArrayList<>();
    for (Task.Work product : PRODUCTS) {
      double[] x = new double[INPUTS.length];
      double[] speedup = new double[INPUTS.length];
      for (int i = 0; i < INPUTS.length; i++) {
        Task task =
            Task.of(product, INPUTS[i], UNITS + ":linear", "mean_squared_error", "sgd", BATCH);
        Timing one = time(task, 1);
        Timing two = time(task, 2);
        x[i] = (double) BATCH * INPUTS[i] * UNITS / 1_000;
        speedup[i] = one.us().p5() / two.us().p5();
        two.figures().put("times_as_fast_as_one", speedup[i]);
        timings.addAll(List.of(one, two));
      }
      curves.add(new Chart.Curve(words(product), x, speedup));
    }
    return timings;
  }

  private Timing time(Task task, int threads) throws IOException, InterruptedException {
    String name = "threads %d %s %s".formatted(threads, words(task.work()), task.network());
    progress.accept(name);
    Samples samples =
        launcher
            .run(
                Launcher.java(ThreadsProcess.class.getName()),
                List.of(ThreadsProcess.argument(task, threads)))
            .getFirst();
    Spread us = Spread.ofMany(samples.us());
    Map<String, Double> figures = new LinkedHashMap<>();
    figures.put("multiply_adds", task.flops() / 2);
    figures.put("gflops", task.flops() / us.p5() / 1e3);
    String version = samples.facts().get(EngineProcess.VERSION);
    return new Timing(benchmark, name, BATCH, us, figures, version, Map.of(), Map.of());
  }

  private static String words(Task.Work work) {
    return work.name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }

  /** What {@link #run} found. */
  Chart chart() {
    return new Chart(
        "Products of 32 rows and 512 units, shared out between two threads",
        "thousands of multiply-adds",
        "times as fast as one thread",
        curves);
  }
}
