package dev.millrace.benchmarks.engine;

import dev.millrace.benchmarks.Benchmark;
import dev.millrace.benchmarks.Measurement;
import dev.millrace.benchmarks.Timing;
import dev.millrace.benchmarks.chart.Chart;
import dev.millrace.benchmarks.measure.Categories;
import dev.millrace.benchmarks.measure.Task;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.IntFunction;

/** How the time of a step grows with the model and the batch, and the curves of it. */
public final class Scaling implements Benchmark {
  private static final String LOSS = "categorical_crossentropy";
  private static final int DEPTH_WIDTH = 256;

  /**
   * One curve.
   *
   * @param name of the chart's file, and of what grows
   * @param sizes ascending
   */
  private record Sweep(
      String name, String title, String axis, int[] sizes, IntFunction<Task> task) {}

  private static final List<Sweep> SWEEPS =
      List.of(
          new Sweep(
              "width",
              "An Adam step of 1000-N-10, batch 32",
              "N, units of the hidden layer",
              new int[] {16, 32, 64, 128, 256, 512, 1024, 2048},
              width -> step(1000, width + ":relu,", 32)),
          new Sweep(
              "depth",
              "An Adam step of N hidden layers of 256, batch 32",
              "N, hidden layers",
              new int[] {1, 2, 4, 8, 16},
              depth -> step(DEPTH_WIDTH, (DEPTH_WIDTH + ":relu,").repeat(depth), 32)),
          new Sweep(
              "batch",
              "An Adam step of 1000-512-10, batch N",
              "N, rows a step",
              new int[] {1, 2, 4, 8, 16, 32, 64, 128, 256, 512},
              batch -> step(1000, "512:relu,", batch)),
          new Sweep(
              "vocabulary",
              "An AdaGrad step of a linear model, 39 of N categories, batch 32",
              "N, categories",
              new int[] {1 << 14, 1 << 16, 1 << 18, 1 << 20, 1 << 22},
              vocabulary ->
                  Task.of(
                      new Categories(39, vocabulary, 0),
                      "1:sigmoid",
                      "binary_crossentropy",
                      "adagrad",
                      32)));

  private static Task step(int inputs, String hidden, int batch) {
    return Task.of(Task.Work.STEP, inputs, hidden + "10:softmax", LOSS, "adam", batch);
  }

  @Override
  public String name() {
    return "scaling";
  }

  @Override
  public String doc() {
    return "a step against width, depth, batch, vocabulary, threads; draws docs/scaling-*.svg";
  }

  @Override
  public List<Measurement> run(Settings settings, Consumer<String> progress)
      throws IOException, InterruptedException {
    TimeTrial trial = new TimeTrial(settings, List.of(), progress);
    List<Measurement> measurements = new ArrayList<>();
    for (Sweep sweep : SWEEPS) {
      List<Timing> timings = new ArrayList<>();
      for (int size : sweep.sizes()) {
        timings.add(trial.time(name(), sweep.name() + " " + size, sweep.task().apply(size)));
      }
      draw(sweep.name(), chart(sweep, timings), settings);
      measurements.addAll(timings);
    }
    if (settings.pair().isPresent()) {
      ThreadScaling threads = new ThreadScaling(name(), settings.pair().get(), progress);
      measurements.addAll(threads.run());
      draw("threads", threads.chart(), settings);
    } else {
      progress.accept("threads: not measured, there is one core");
    }
    return measurements;
  }

  private static void draw(String what, Chart chart, Settings settings) throws IOException {
    Files.writeString(settings.charts().resolve("scaling-" + what + ".svg"), chart.svg());
  }

  private static Chart chart(Sweep sweep, List<Timing> timings) {
    int count = timings.size();
    double[] x = new double[count];
    double[] engine = new double[count];
    double[] limit = new double[count];
    for (int i = 0; i < count; i++) {
      x[i] = sweep.sizes()[i];
      engine[i] = timings.get(i).us().p5();
      limit[i] = timings.get(i).figures().get("limit_us");
    }
    List<Chart.Curve> curves =
        List.of(new Chart.Curve("Millrace", x, engine), new Chart.Curve("limit", x, limit));
    return new Chart(sweep.title(), sweep.axis(), "µs a step, one core", curves);
  }
}
