package dev.millrace.benchmarks.engine;

import dev.millrace.benchmarks.Benchmark;
import dev.millrace.benchmarks.Measurement;
import dev.millrace.benchmarks.Spread;
import dev.millrace.benchmarks.Timing;
import dev.millrace.benchmarks.measure.Samples;
import dev.millrace.benchmarks.process.Launcher;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * What a model of 100 million parameters costs: a step, memory, saving it, and starting from the
 * file in another JVM.
 */
public final class LargeModels implements Benchmark {
  /** Three floats a parameter with Adam's slots; the file's blocks lie beside them when read. */
  private static final String HEAP = "-Xmx4g";

  @Override
  public String name() {
    return "large-models";
  }

  @Override
  public String doc() {
    return "100 million parameters, dense and in embeddings: step, memory, save, start";
  }

  @Override
  public List<Measurement> run(Settings settings, Consumer<String> progress)
      throws IOException, InterruptedException {
    List<Measurement> measurements = new ArrayList<>();
    for (LargeModel model : LargeModel.values()) {
      progress.accept(model.text());
      measurements.add(measure(model, settings.launcher()));
    }
    return measurements;
  }

  private Timing measure(LargeModel model, Launcher launcher)
      throws IOException, InterruptedException {
    String main = LargeModelProcess.class.getName();
    List<String> command = Launcher.java(main, System.getProperty("java.class.path"), HEAP);
    Path file = Files.createTempFile("millrace-large-", ".model");
    try {
      List<String> task = List.of(model.name() + " " + file);
      Samples trained = launcher.run(with(command, LargeModelProcess.TRAIN), task).getFirst();
      Samples started = launcher.run(with(command, LargeModelProcess.START), task).getFirst();
      if (!trained.facts().get("digest").equals(started.facts().get("digest"))) {
        throw new IOException("the model that was read is not the one that was saved");
      }
      Spread us = Spread.ofMany(trained.us());
      Map<String, Double> figures = new LinkedHashMap<>();
      figures.put("examples_per_s", 1e6 * LargeModel.BATCH / us.median());
      for (String fact : LargeModelProcess.TRAIN_FACTS) {
        figures.put(fact, Double.valueOf(trained.facts().get(fact)));
      }
      figures.put("read_s", started.us()[0] / 1e6);
      String startPeak = started.facts().get(LargeModelProcess.START_PEAK_MB);
      figures.put(LargeModelProcess.START_PEAK_MB, Double.valueOf(startPeak));
      String version = trained.facts().get(EngineProcess.VERSION);
      return new Timing(
          name(), model.text(), LargeModel.BATCH, us, figures, version, Map.of(), Map.of());
    } finally {
      Files.delete(file);
    }
  }

  private static List<String> with(List<String> command, String argument) {
    List<String> longer = new ArrayList<>(command);
    longer.add(argument);
    return longer;
  }
}
