package dev.millrace.benchmarks.engine;

import dev.millrace.benchmarks.measure.Batches;
import dev.millrace.benchmarks.measure.Subject;
import dev.millrace.benchmarks.measure.Task;
import dev.millrace.engine.kernel.DenseShape;
import dev.millrace.engine.kernel.KernelChoice;
import dev.millrace.engine.kernel.Kernels;
import dev.millrace.engine.kernel.Workspace;
import java.util.Map;

/** One product of one dense layer: all that the benchmarks know of kernels is here. */
final class KernelSubject implements Subject {
  private final KernelChoice choice = KernelChoice.select(KernelChoice.Mode.AUTO);
  private final Kernels kernels = choice.kernels();
  private final Task.Work work;
  private final int rows;
  private final DenseShape shape;
  private final Workspace workspace;
  private final Batches inputs;
  private final Batches outputGradients;
  private final float[] parameters;
  private final float[] gradient;
  private final float[] y;
  private final float[] dx;

  KernelSubject(Task task) {
    work = task.work();
    rows = task.batch();
    int units = task.outputs();
    int kernel = task.inputs() * units;
    shape = new DenseShape(task.inputs(), units, 0, kernel);
    workspace = new Workspace(rows, Math.max(task.inputs(), units));
    inputs = new Batches(task);
    outputGradients =
        new Batches(new Task(work, units, task.layers(), task.loss(), task.optimizer(), rows));
    parameters = new float[kernel + units];
    for (int i = 0; i < kernel; i++) {
      parameters[i] = (i % 17 - 8) / 64f;
    }
    gradient = new float[parameters.length];
    y = new float[rows * units];
    dx = new float[rows * task.inputs()];
  }

  @Override
  public void step(int index) {
    float[] x = inputs.rows(index);
    float[] dy = outputGradients.rows(index);
    switch (work) {
      case FORWARD -> kernels.forward(shape, x, 0, parameters, y, rows, workspace);
      case WEIGHT_GRADIENT -> kernels.weightGradient(shape, x, 0, dy, gradient, rows, workspace);
      case INPUT_GRADIENT -> kernels.inputGradient(shape, dy, parameters, dx, rows, workspace);
      case STEP, PREDICT -> throw new IllegalStateException(work + " is a network's");
    }
  }

  @Override
  public Map<String, String> facts() {
    return Map.of(EngineProcess.VERSION, choice.reason());
  }
}
