package dev.millrace.benchmarks.engine;

import dev.millrace.benchmarks.Benchmark;
import dev.millrace.benchmarks.Measurement;
import dev.millrace.benchmarks.Spread;
import dev.millrace.benchmarks.Timing;
import dev.millrace.benchmarks.measure.Samples;
import dev.millrace.benchmarks.measure.Task;
import dev.millrace.benchmarks.process.Launcher;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** What a user waits for: the first steps of a JVM that has just started, one a round. */
public final class FirstSeconds implements Benchmark {
  private static final List<Task> TASKS =
      List.of(
          seed(32),
          seed(1),
          Task.of(
              Task.Work.STEP, 8, "64:relu,32:relu,1:sigmoid", "binary_crossentropy", "adam", 1));

  private static Task seed(int batch) {
    String layers = "512:relu,10:softmax";
    return Task.of(Task.Work.STEP, 1000, layers, "categorical_crossentropy", "adam", batch);
  }

  @Override
  public String name() {
    return "first-seconds";
  }

  @Override
  public String doc() {
    return "the first steps of a cold JVM, and when it is warm";
  }

  @Override
  public List<Measurement> run(Settings settings, Consumer<String> progress)
      throws IOException, InterruptedException {
    List<String> command = Launcher.java(FirstSecondsProcess.class.getName());
    List<Measurement> measurements = new ArrayList<>();
    for (Task task : TASKS) {
      List<Samples> rounds = new ArrayList<>();
      for (int round = 0; round < settings.rounds(); round++) {
        progress.accept(
            "%s, batch %d, round %d".formatted(task.network(), task.batch(), round + 1));
        rounds.addAll(settings.launcher().run(command, List.of(task.argument())));
      }
      measurements.add(measurement(task, rounds));
    }
    return measurements;
  }

  private Timing measurement(Task task, List<Samples> rounds) {
    double[] steady = rounds.stream().flatMapToDouble(one -> Arrays.stream(one.us())).toArray();
    Spread us = Spread.ofMany(steady);
    Map<String, Double> figures = new LinkedHashMap<>();
    figures.put("examples_per_s", 1e6 * task.batch() / us.median());
    for (String fact :
        List.of(
            FirstSecondsProcess.START_MS,
            FirstSecondsProcess.FIRST_MS,
            FirstSecondsProcess.FIRST_200_MS,
            FirstSecondsProcess.WARM_S)) {
      double[] values =
          rounds.stream().mapToDouble(one -> Double.parseDouble(one.facts().get(fact))).toArray();
      Spread spread = Spread.of(values);
      figures.put(fact, spread.median());
      figures.put(fact + "_max", spread.max());
    }
    figures.put("rounds", (double) rounds.size());
    String version = rounds.getFirst().facts().get(EngineProcess.VERSION);
    return new Timing(
        name(), task.network(), task.batch(), us, figures, version, Map.of(), Map.of());
  }
}
