package dev.millrace.benchmarks.engine;

import dev.millrace.benchmarks.measure.Batches;
import dev.millrace.benchmarks.measure.Subject;
import dev.millrace.benchmarks.measure.Task;
import dev.millrace.engine.kernel.KernelChoice;
import dev.millrace.engine.layer.Activation;
import dev.millrace.engine.layer.LayerSpec;
import dev.millrace.engine.loss.LossSpec;
import dev.millrace.engine.network.Network;
import dev.millrace.engine.optim.OptimizerSpec;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The engine's network at a task: all that the benchmarks know of networks is here. */
final class EngineSubject implements Subject {
  private final Batches batches;
  private final Network network;
  private final int rows;
  private final boolean learns;
  private final String kernels;

  EngineSubject(Task task) {
    KernelChoice choice = KernelChoice.select(KernelChoice.Mode.AUTO);
    List<LayerSpec> layers =
        task.layers().stream()
            .<LayerSpec>map(layer -> LayerSpec.dense(layer.units(), activation(layer.activation())))
            .toList();
    batches = new Batches(task);
    rows = task.batch();
    learns = task.work() == Task.Work.STEP;
    kernels = choice.reason();
    network =
        new Network(
            task.inputs(),
            layers,
            LossSpec.of(task.loss()).ofClassIndex(),
            OptimizerSpec.of(task.optimizer()),
            rows,
            choice.kernels());
    network.initialize(1);
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
    float[] x = batches.rows(index);
    network.forward(x, 0, rows);
    if (learns && !network.learn(batches.targets(index), 0, rows)) {
      throw new IllegalStateException("a step was refused as not finite, step=" + index);
    }
  }

  @Override
  public Map<String, String> facts() {
    return Map.of(
        EngineProcess.VERSION, kernels, EngineProcess.SLOTS, "" + network.slotNames().size());
  }
}
