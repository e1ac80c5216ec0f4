package dev.millrace.engine.network;

import dev.millrace.engine.kernel.Kernels;
import dev.millrace.engine.kernel.ProductGradient;
import dev.millrace.engine.kernel.ReadAhead;
import dev.millrace.engine.kernel.Updates;
import dev.millrace.engine.layer.GradientSink;
import dev.millrace.engine.layer.Layer;
import dev.millrace.engine.layer.Parameter;
import dev.millrace.engine.optim.Optimizer;
import dev.millrace.engine.params.ParameterLayout;
import dev.millrace.engine.params.Tensor;
import dev.millrace.engine.params.Tensor.Form;
import dev.millrace.engine.state.TouchedBlocks;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Takes the optimiser's step from the gradients that layers hand over.
 *
 * <p>Where a bound shows beforehand that every gradient is finite, each block is used at once,
 * while it lies in the cache, and no gradient is ever stored. Otherwise, and where clipping by a
 * norm needs all of it, the gradient is gathered first; a step is made whole or not at all.
 */
final class Trainer {
  private final Layer[] layers;
  private Layer[] taught; // those that are not frozen
  private Parameter[] learned; // theirs
  private final Set<Layer> frozen = new HashSet<>();
  private final Set<Tensor> frozenTensors = new HashSet<>();
  private final Tensor[] panels;
  private final float[] parameters;
  private final float[] trainingPoint; // the parameters, unless these are an optimiser's mean
  private final float[][] slots;
  private final Optimizer optimizer;
  private final Kernels kernels;
  private final Updates updates;
  private final GradientSink now = new Now();
  private final Map<Parameter, float[]> gathered = new LinkedHashMap<>();
  private final Map<Parameter, Float> inputSquares = new HashMap<>();
  private final List<TableRows> gatheredRows = new ArrayList<>();
  private final GradientSink gather = new Gather();
  private final ReadAhead readAhead = new ReadAhead();
  private final Layer.Range tableRow = this::trainingPoint;
  private final Layer.Range frozenRow = this::keep;

  private float[] rowWeights = {};
  private float[] rowGradient = {};
  private final float[][] rowSlots;
  private final Map<Tensor, TouchedBlocks> touched = new IdentityHashMap<>();

  /** The gradient of some rows of a table, as {@link GradientSink#acceptRows} has it. */
  private record TableRows(Parameter parameter, int[] rows, int count, float[] g) {
    int length() {
      return count * parameter.tensor().columns();
    }
  }

  Trainer(
      Layer[] layers,
      ParameterLayout layout,
      float[] parameters,
      float[] trainingPoint,
      float[][] slots,
      Optimizer optimizer,
      Kernels kernels) {
    this.layers = layers;
    panels =
        layout.tensors().stream()
            .filter(tensor -> tensor.form() == Form.PANELS)
            .toArray(Tensor[]::new);
    this.parameters = parameters;
    this.trainingPoint = trainingPoint;
    this.slots = slots;
    this.optimizer = optimizer;
    this.kernels = kernels;
    updates = kernels.updates();
    rowSlots = new float[slots.length][0];
    teach(layers);
    for (Parameter p : learned) {
      if (p.tensor().form() == Form.ROWS) {
        touched.put(p.tensor(), new TouchedBlocks(p.tensor().size()));
      }
    }
  }

  /** Which blocks of a table have been learned; empty if the tensor is no table. */
  Optional<TouchedBlocks> touched(Tensor tensor) {
    return Optional.ofNullable(touched.get(tensor));
  }

  /** Says that a row of a table has changed. */
  void touch(Tensor table, int row) {
    touched.get(table).touch(new int[] {row}, 1, table.columns());
  }

  /** Says that every block of a table that was ever learned has changed. */
  void touchAgain() {
    touched.values().forEach(TouchedBlocks::touchAgain);
  }

  /** Says that every table is as the seed gave it. */
  void forget() {
    touched.values().forEach(TouchedBlocks::forget);
  }

  /** Takes no step for these layers, and for all others. */
  void freeze(Set<Layer> some) {
    frozen.clear();
    frozen.addAll(some);
    frozenTensors.clear();
    some.forEach(layer -> layer.parameters().forEach(p -> frozenTensors.add(p.tensor())));
    gathered.clear();
    teach(Arrays.stream(layers).filter(layer -> !some.contains(layer)).toArray(Layer[]::new));
  }

  private void teach(Layer[] some) {
    taught = some;
    learned =
        Arrays.stream(some).flatMap(layer -> layer.parameters().stream()).toArray(Parameter[]::new);
  }

  /** Brings the training point up to date, of tables for the rows that the batch uses. */
  void goToTrainingPoint(int rows) {
    if (trainingPoint == parameters) {
      return;
    }
    for (Tensor tensor : panels) {
      if (frozenTensors.contains(tensor)) {
        keep(tensor.offset(), tensor.length());
      } else {
        trainingPoint(tensor.offset(), tensor.length());
      }
    }
    for (Layer layer : layers) {
      layer.visitTableRows(rows, frozen.contains(layer) ? frozenRow : tableRow);
    }
  }

  /** A weight that no step moves has its gradient, if at all, where it stands. */
  private void keep(int at, int length) {
    System.arraycopy(parameters, at, trainingPoint, at, length);
  }

  private void trainingPoint(int at, int length) {
    optimizer.trainingPoint(updates, parameters, slots, at, trainingPoint, at, length);
  }

  /**
   * Makes a step, after the backward pass of all layers.
   *
   * @param step its number, from 1
   * @return false, and nothing has changed, if a gradient is not finite or beyond {@link
   *     Optimizer#GRADIENT_MAX}
   */
  boolean step(int rows, long step) {
    optimizer.begin(step);
    boolean byNorm = optimizer.clipNorm() > 0 || optimizer.globalClipNorm() > 0;
    if (!byNorm && isBounded(rows)) {
      for (Layer layer : taught) {
        forInput(layer, rows);
        layer.parameterGradients(rows, now);
      }
      return true;
    }
    gatheredRows.clear();
    for (Layer layer : taught) {
      if (optimizer.normalizes()) {
        float squares = layer.inputSquares(rows);
        layer.parameters().forEach(p -> inputSquares.put(p, squares));
      }
      layer.parameterGradients(rows, gather);
    }
    if (!gatheredIsWithin(Optimizer.GRADIENT_MAX)) {
      return false;
    }
    clipByNorm();
    gathered.forEach(
        (p, g) -> {
          forInput(p);
          use(p.tensor().offset(), g, 0, g.length);
        });
    gatheredRows.forEach(
        table -> {
          forInput(table.parameter);
          useRows(table);
        });
    return true;
  }

  private void forInput(Layer layer, int rows) {
    if (optimizer.normalizes()) {
      optimizer.forInput(layer.inputSquares(rows));
    }
  }

  private void forInput(Parameter p) {
    if (optimizer.normalizes()) {
      optimizer.forInput(inputSquares.get(p));
    }
  }

  /** Whether no gradient, the penalties' part included, can be out of range. */
  private boolean isBounded(int rows) {
    double most = 0;
    for (Layer layer : taught) {
      double bound = layer.gradientBound(rows);
      if (!(bound <= Optimizer.GRADIENT_MAX)) {
        return false;
      }
      most = Math.max(most, bound);
    }
    for (Parameter p : learned) {
      if (p.l1() > 0 || p.l2() > 0) {
        Tensor tensor = p.tensor();
        float largest = kernels.maxMagnitude(trainingPoint, tensor.offset(), tensor.length());
        if (!(most + p.l1() + 2.0 * p.l2() * largest <= Optimizer.GRADIENT_MAX)) {
          return false;
        }
      }
    }
    return true;
  }

  private boolean gatheredIsWithin(float bound) {
    for (float[] g : gathered.values()) {
      if (!(kernels.maxMagnitude(g, 0, g.length) <= bound)) {
        return false;
      }
    }
    for (TableRows table : gatheredRows) {
      if (!(kernels.maxMagnitude(table.g, 0, table.length()) <= bound)) {
        return false;
      }
    }
    return true;
  }

  /** By the norm of each tensor, or of all together, which is summed tensor by tensor. */
  private void clipByNorm() {
    double all = 0;
    for (float[] g : gathered.values()) {
      all += clip(g, g.length, optimizer.clipNorm());
    }
    for (TableRows table : gatheredRows) {
      all += clip(table.g, table.length(), optimizer.clipNorm());
    }
    float factor = factor(all, optimizer.globalClipNorm());
    if (factor < 1f) {
      gathered.values().forEach(g -> updates.scale(g, 0, g.length, factor));
      gatheredRows.forEach(table -> updates.scale(table.g, 0, table.length(), factor));
    }
  }

  /** Brings the norm within the bound, if there is one; returns the sum of squares it had. */
  private double clip(float[] g, int length, float bound) {
    double squares = updates.sumOfSquares(g, 0, length);
    float factor = factor(squares, bound);
    if (factor < 1f) {
      updates.scale(g, 0, length, factor);
    }
    return squares;
  }

  private static float factor(double squares, float bound) {
    return bound > 0 ? Optimizer.clipFactor(squares, bound) : 1f;
  }

  /** The optimiser's step for a range of weights. */
  private void use(int at, float[] g, int gAt, int length) {
    optimizer.update(updates, parameters, slots, at, g, gAt, length);
  }

  /** The penalties' gradient, and clipping by value. */
  private void prepare(Parameter p, float[] w, int at, float[] g, int gAt, int length) {
    if (p.l1() > 0 || p.l2() > 0) {
      updates.regularize(g, gAt, w, at, length, p.l1(), p.l2());
    }
    if (optimizer.clipValue() > 0) {
      updates.clipByValue(g, gAt, length, optimizer.clipValue());
    }
  }

  private void useRows(TableRows table) {
    useRows(table.parameter.tensor(), table.rows, table.count, table.g);
  }

  private void useRows(Tensor table, int[] rows, int count, float[] g) {
    useRanges(table.offset(), table.columns(), table.columns(), rows, count, g);
    touched.get(table).touch(rows, count, table.columns());
  }

  /**
   * The optimiser's step for ranges of the weights, a stride apart, brought together and put back.
   */
  private void useRanges(int at, int stride, int length, int[] index, int count, float[] g) {
    gather(at, stride, length, parameters, index, count, rowWeights);
    for (int i = 0; i < slots.length; i++) {
      gather(at, stride, length, slots[i], index, count, rowSlots[i]);
    }
    optimizer.update(updates, rowWeights, rowSlots, 0, g, 0, count * length);
    scatter(rowWeights, index, count, at, stride, length, parameters);
    for (int i = 0; i < slots.length; i++) {
      scatter(rowSlots[i], index, count, at, stride, length, slots[i]);
    }
  }

  private void gather(
      int at, int stride, int length, float[] array, int[] index, int count, float[] together) {
    if (length == 1) {
      for (int i = 0; i < count; i++) {
        together[i] = array[at + index[i] * stride];
      }
    } else {
      readAhead.fetch(array, at, stride, index, count);
      for (int i = 0; i < count; i++) {
        System.arraycopy(array, at + index[i] * stride, together, i * length, length);
      }
    }
  }

  private static void scatter(
      float[] together, int[] index, int count, int at, int stride, int length, float[] array) {
    if (length == 1) {
      for (int i = 0; i < count; i++) {
        array[at + index[i] * stride] = together[i];
      }
    } else {
      for (int i = 0; i < count; i++) {
        System.arraycopy(together, i * length, array, at + index[i] * stride, length);
      }
    }
  }

  private void makeRoom(int needed) {
    if (rowWeights.length < needed) {
      int length = Math.max(needed, Math.min(2 * rowWeights.length, 1 << 28));
      rowWeights = new float[length];
      for (int i = 0; i < rowSlots.length; i++) {
        rowSlots[i] = new float[length];
      }
    }
  }

  /** Makes room for so many rows of a table, and prepares their gradient. */
  private void prepareRows(Parameter p, int[] rows, int count, float[] g) {
    Tensor table = p.tensor();
    int columns = table.columns();
    int needed = count * columns;
    makeRoom(needed);
    if (p.l1() > 0 || p.l2() > 0) {
      gather(table.offset(), columns, columns, trainingPoint, rows, count, rowWeights);
    }
    prepare(p, rowWeights, 0, g, 0, needed);
  }

  /** Uses each block at once. */
  private final class Now implements GradientSink {
    @Override
    public boolean isConcurrent() {
      return true;
    }

    @Override
    public void accept(Parameter p, int at, float[] g, int gAt, int length) {
      prepare(p, trainingPoint, at, g, gAt, length);
      use(at, g, gAt, length);
    }

    @Override
    public void acceptRows(Parameter p, int[] rows, int count, float[] g) {
      prepareRows(p, rows, count, g);
      useRows(p.tensor(), rows, count, g);
    }

    @Override
    public boolean takesProducts(Parameter p) {
      return optimizer.takesProducts() && p.l1() == 0 && p.l2() == 0;
    }

    @Override
    public void acceptProduct(Parameter p, ProductGradient g) {
      if (g.length() == 1) {
        makeRoom(g.count());
        if (rowGradient.length < g.count()) {
          rowGradient = new float[rowWeights.length];
        }
        g.writeTo(rowGradient);
        useRanges(g.at(), g.stride(), 1, g.index(), g.count(), rowGradient);
      } else {
        optimizer.update(kernels.productUpdates(), parameters, slots, g);
      }
      if (p.tensor().form() == Form.ROWS) {
        touched.get(p.tensor()).touch(g.index(), g.count(), p.tensor().columns());
      }
    }
  }

  /** Keeps every block until all are there. */
  private final class Gather implements GradientSink {
    @Override
    public boolean isConcurrent() {
      return false;
    }

    @Override
    public void accept(Parameter p, int at, float[] g, int gAt, int length) {
      Tensor tensor = p.tensor();
      assert tensor.form() == Form.PANELS : tensor.name();
      prepare(p, trainingPoint, at, g, gAt, length);
      float[] all = gathered.computeIfAbsent(p, key -> new float[key.tensor().length()]);
      System.arraycopy(g, gAt, all, at - tensor.offset(), length);
    }

    @Override
    public void acceptRows(Parameter p, int[] rows, int count, float[] g) {
      prepareRows(p, rows, count, g);
      gatheredRows.add(new TableRows(p, rows, count, g));
    }
  }
}
