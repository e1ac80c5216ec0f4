package dev.millrace.benchmarks.engine;

import dev.millrace.benchmarks.measure.Batches;
import dev.millrace.benchmarks.measure.Categories;
import dev.millrace.benchmarks.measure.CategoryRows;
import dev.millrace.benchmarks.measure.PeakMemory;
import dev.millrace.benchmarks.measure.Subject;
import dev.millrace.benchmarks.measure.Task;
import dev.millrace.engine.kernel.KernelChoice;
import dev.millrace.engine.kernel.Workers;
import dev.millrace.engine.layer.Activation;
import dev.millrace.engine.layer.Entries;
import dev.millrace.engine.layer.LayerSpec;
import dev.millrace.engine.loss.LossSpec;
import dev.millrace.engine.network.Network;
import dev.millrace.engine.optim.OptimizerSpec;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** The engine's network at a task: all that the benchmarks know of networks is here. */
final class EngineSubject implements Subject {
  private final Batches batches;
  private final Entries entries; // null if rows have numbers
  private final Network network;
  private final int rows;
  private final boolean learns;
  private final String kernels;

  EngineSubject(Task task) {
    KernelChoice choice = KernelChoice.select(KernelChoice.Mode.AUTO);
    batches = new Batches(task);
    entries = task.categories().map(EngineSubject::entries).orElse(null);
    rows = task.batch();
    learns = task.work() == Task.Work.STEP;
    kernels = choice.reason();
    network =
        new Network(
            task.numbers(),
            task.categories().map(Categories::sizes).orElseGet(LinkedHashMap::new),
            layers(task),
            LossSpec.of(task.loss()).ofClassIndex(),
            OptimizerSpec.of(task.optimizer()),
            rows,
            choice.kernels(),
            Workers.ONE);
    network.initialize(1);
  }

  private static List<LayerSpec> layers(Task task) {
    List<LayerSpec> layers = new ArrayList<>();
    task.categories()
        .map(Categories::dimension)
        .filter(dimension -> dimension > 0)
        .ifPresent(dimension -> layers.add(LayerSpec.embedding(dimension)));
    for (Task.Layer layer : task.layers()) {
      layers.add(LayerSpec.dense(layer.units(), activation(layer.activation())));
    }
    return layers;
  }

  /** All rows as a decoder leaves them. */
  private static Entries entries(Categories categories) {
    Entries entries = new Entries(categories.fields(), CategoryRows.ROWS);
    for (int index : new CategoryRows(categories).indices()) {
      entries.add(index, 1f);
      entries.endField();
    }
    return entries;
  }

  private static Activation activation(String name) {
    return Activation.valueOf(name.toUpperCase(Locale.ROOT));
  }

  /** The optimisers there are. */
  static List<String> optimizers() {
    return OptimizerSpec.names();
  }

  @Override
  public void step(int index) {
    network.forward(batches.rows(index), 0, entries, batches.firstRow(index), rows);
    if (learns && !network.learn(batches.targets(index), 0, rows)) {
      throw new IllegalStateException("a step was refused as not finite, step=" + index);
    }
  }

  @Override
  public Map<String, String> facts() {
    Map<String, String> facts = new TreeMap<>();
    facts.put(EngineProcess.VERSION, kernels);
    facts.put(EngineProcess.SLOTS, Integer.toString(network.slotNames().size()));
    PeakMemory.bytes()
        .ifPresent(bytes -> facts.put(EngineProcess.PEAK_MB, Long.toString(bytes >> 20)));
    return facts;
  }
}
