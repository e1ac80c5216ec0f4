package dev.millrace.benchmarks.engine;

import dev.millrace.benchmarks.measure.Batches;
import dev.millrace.benchmarks.measure.Subject;
import dev.millrace.benchmarks.measure.Task;
import dev.millrace.engine.kernel.DenseShape;
import dev.millrace.engine.kernel.KernelChoice;
import dev.millrace.engine.kernel.Products;
import dev.millrace.engine.kernel.WorkerPool;
import dev.millrace.engine.kernel.Workers;
import dev.millrace.engine.kernel.Workspace;
import dev.millrace.engine.params.ParameterLayout;
import dev.millrace.engine.params.Tensor;
import java.util.Map;
import java.util.Optional;

/**
 * One product of one dense layer, with the packing that it needs, shared out among threads as the
 * engine's dense layers do: all that the benchmarks know of kernels is here.
 */
final class KernelSubject implements Subject {
  private final KernelChoice choice = KernelChoice.select(KernelChoice.Mode.AUTO);
  private final Products products = choice.kernels().products();
  private final Task.Work work;
  private final int rows;
  private final DenseShape shape;
  private final WorkerPool workers;
  private final Workspace workspace;
  private final Workers.Share share;
  private final Batches inputs;
  private final Batches outputGradients;
  private final float[] parameters;
  private final float[] y;
  private final float[] dx;

  // what the shares of a step read
  private float[] x;
  private float[] dy;

  KernelSubject(Task task) {
    this(task, 1);
  }

  /**
   * @param threads who share out the product, whether that pays or not
   */
  KernelSubject(Task task, int threads) {
    work = task.work();
    workers = new WorkerPool(threads);
    workspace = new Workspace(workers);
    share =
        switch (work) {
          case FORWARD -> this::forward;
          case WEIGHT_GRADIENT -> this::weightGradient;
          case INPUT_GRADIENT -> this::inputGradient;
          case STEP, PREDICT -> throw new IllegalArgumentException(work + " is a network's");
        };
    rows = task.batch();
    int units = task.outputs();
    ParameterLayout layout = new ParameterLayout();
    Tensor kernel = layout.add("kernel", task.inputs(), units, Tensor.Form.PANELS);
    Tensor bias = layout.add("bias", 1, units, Tensor.Form.PANELS);
    shape = new DenseShape(task.inputs(), units, kernel.offset(), bias.offset());
    workspace.reserve(rows, Math.max(task.inputs(), units));
    inputs = new Batches(task);
    outputGradients =
        new Batches(
            new Task(
                work, units, Optional.empty(), task.layers(), task.loss(), task.optimizer(), rows));
    parameters = new float[layout.length()];
    for (int i = 0; i < kernel.length(); i++) {
      parameters[kernel.offset() + i] = (i % 17 - 8) / 64f;
    }
    y = new float[rows * units];
    dx = new float[rows * task.inputs()];
  }

  @Override
  public void step(int index) {
    x = inputs.rows(index);
    dy = outputGradients.rows(index);
    switch (work) {
      case FORWARD -> products.packRows(x, 0, rows, shape.inputs(), workspace);
      case WEIGHT_GRADIENT -> {
        products.packColumns(x, 0, rows, shape.inputs(), workspace);
        workspace.packPanels(dy, rows, shape.outputs());
      }
      default -> products.prepareInputGradient(shape, dy, rows, workspace);
    }
    workers.run(share);
  }

  private void forward(int worker) {
    int from = shape.firstPanel(worker, workers.count());
    int panels = shape.firstPanel(worker + 1, workers.count()) - from;
    products.forward(shape, x, 0, parameters, y, rows, from, panels, workspace);
  }

  /** Every block of it, each where an optimiser would take it. */
  private void weightGradient(int worker) {
    int end = shape.firstPanel(worker + 1, workers.count());
    for (int panel = shape.firstPanel(worker, workers.count());
        panel < end;
        panel += Products.PANELS_MAX) {
      int panels = Math.min(Products.PANELS_MAX, end - panel);
      for (int k = 0; k < shape.inputs(); k += Products.SLAB) {
        int count = Math.min(Products.SLAB, shape.inputs() - k);
        products.weightGradient(rows, panel, panels, k, count, workspace.slab(worker), workspace);
      }
    }
  }

  private void inputGradient(int worker) {
    int from = shape.firstInput(worker, workers.count());
    int to = shape.firstInput(worker + 1, workers.count());
    products.inputGradient(shape, dy, parameters, dx, rows, from, to - from, workspace);
  }

  @Override
  public void close() {
    workers.close();
  }

  @Override
  public Map<String, String> facts() {
    return Map.of(EngineProcess.VERSION, choice.reason());
  }
}
