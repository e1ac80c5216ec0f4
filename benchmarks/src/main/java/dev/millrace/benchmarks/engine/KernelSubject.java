package dev.millrace.benchmarks.engine;

import dev.millrace.benchmarks.measure.Batches;
import dev.millrace.benchmarks.measure.Subject;
import dev.millrace.benchmarks.measure.Task;
import dev.millrace.engine.kernel.DenseShape;
import dev.millrace.engine.kernel.KernelChoice;
import dev.millrace.engine.kernel.Panels;
import dev.millrace.engine.kernel.Products;
import dev.millrace.engine.kernel.Workers;
import dev.millrace.engine.kernel.Workspace;
import java.util.Map;
import java.util.Optional;

/**
 * One product of one dense layer, with the packing that it needs: all that the benchmarks know of
 * kernels is here.
 */
final class KernelSubject implements Subject {
  private final KernelChoice choice = KernelChoice.select(KernelChoice.Mode.AUTO);
  private final Products products = choice.kernels().products();
  private final Task.Work work;
  private final int rows;
  private final DenseShape shape;
  private final Workspace workspace = new Workspace(Workers.ONE);
  private final Batches inputs;
  private final Batches outputGradients;
  private final float[] parameters;
  private final float[] y;
  private final float[] dx;

  KernelSubject(Task task) {
    work = task.work();
    rows = task.batch();
    int units = task.outputs();
    int kernel = Math.toIntExact(Panels.length(task.inputs(), units));
    shape = new DenseShape(task.inputs(), units, 0, kernel);
    workspace.reserve(rows, Math.max(task.inputs(), units));
    inputs = new Batches(task);
    outputGradients =
        new Batches(
            new Task(
                work, units, Optional.empty(), task.layers(), task.loss(), task.optimizer(), rows));
    parameters = new float[kernel + Panels.padded(units)];
    for (int i = 0; i < kernel; i++) {
      parameters[i] = (i % 17 - 8) / 64f;
    }
    y = new float[rows * units];
    dx = new float[rows * task.inputs()];
  }

  @Override
  public void step(int index) {
    float[] x = inputs.rows(index);
    float[] dy = outputGradients.rows(index);
    switch (work) {
      case FORWARD -> {
        workspace.packRows(x, 0, rows, shape.inputs());
        products.forward(shape, x, 0, parameters, y, rows, 0, shape.panels(), workspace);
      }
      case WEIGHT_GRADIENT -> weightGradient(x, dy);
      case INPUT_GRADIENT -> {
        products.prepareInputGradient(shape, dy, rows, workspace);
        products.inputGradient(shape, dy, parameters, dx, rows, 0, shape.inputs(), workspace);
      }
      case STEP, PREDICT -> throw new IllegalStateException(work + " is a network's");
    }
  }

  /** Every block of it, each where an optimiser would take it. */
  private void weightGradient(float[] x, float[] dy) {
    workspace.packColumns(x, 0, rows, shape.inputs());
    workspace.packPanels(dy, rows, shape.outputs());
    for (int panel = 0; panel < shape.panels(); panel += Products.PANELS_MAX) {
      int panels = Math.min(Products.PANELS_MAX, shape.panels() - panel);
      for (int k = 0; k < shape.inputs(); k += Products.SLAB) {
        int count = Math.min(Products.SLAB, shape.inputs() - k);
        products.weightGradient(rows, panel, panels, k, count, workspace.slab(0), workspace);
      }
    }
  }

  @Override
  public Map<String, String> facts() {
    return Map.of(EngineProcess.VERSION, choice.reason());
  }
}
