package dev.millrace.engine.network;

import dev.millrace.engine.kernel.Kernels;
import dev.millrace.engine.kernel.Workers;
import dev.millrace.engine.kernel.Workspace;
import dev.millrace.engine.layer.Entries;
import dev.millrace.engine.layer.Inputs;
import dev.millrace.engine.layer.Layer;
import dev.millrace.engine.layer.LayerSpec;
import dev.millrace.engine.layer.Layers;
import dev.millrace.engine.layer.LeastSquares;
import dev.millrace.engine.layer.Parameter;
import dev.millrace.engine.layer.Pass;
import dev.millrace.engine.loss.LossFunction;
import dev.millrace.engine.loss.LossSpec;
import dev.millrace.engine.optim.Optimizer;
import dev.millrace.engine.optim.OptimizerSpec;
import dev.millrace.engine.params.ParameterLayout;
import dev.millrace.engine.params.Tensor;
import dev.millrace.engine.state.StateArray;
import dev.millrace.engine.state.TouchedBlocks;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SequencedMap;
import java.util.Set;

/**
 * Layers with a loss and an optimiser, over one flat array of parameters. Each layer reads inputs
 * or layers before it, so paths may part and join; the last layer is the output.
 *
 * <p>All scratch is allocated at once; nothing is afterwards. Results have the same bits whichever
 * kernels run and however rows are gathered into batches, so a prediction may come from the batch
 * that teaches. Not for use by several threads at a time.
 */
public final class Network implements Model {
  private static final float[] NOTHING = {};

  private final int maxRows;
  private final Inputs inputs;
  private final ParameterLayout layout = new ParameterLayout();
  private final Layer[] layers;
  private final List<String> names; // of the layers
  private final Set<Layer> frozen = new HashSet<>();
  private final Layer last;
  private final LeastSquares exact; // the last layer, if it learns by itself, else null
  private final boolean differsInTraining;
  private final LossFunction loss;
  private final OptimizerSpec optimizerSpec;
  private final Optimizer optimizer;
  private final List<String> slotNames;
  private final Trainer trainer;
  private final Pass pass = new Pass();

  private final float[] parameters;
  private final float[][] slots;

  /** Where gradients are taken: the parameters, unless these are an optimiser's mean. */
  private final float[] trainingPoint;

  private long seed;
  private long steps;
  private final float[] losses;

  /** The rows whose activations the layers hold, and no rows once the weights have moved on. */
  private int forwardRows;

  /**
   * A network that reads numbers.
   *
   * @see #Network(int, SequencedMap, List, LossSpec, OptimizerSpec, int, Kernels, Workers)
   */
  public Network(
      int inputs,
      List<LayerSpec> layers,
      LossSpec loss,
      OptimizerSpec optimizer,
      int maxRows,
      Kernels kernels) {
    this(inputs, new LinkedHashMap<>(), layers, loss, optimizer, maxRows, kernels, Workers.ONE);
  }

  /**
   * All parameters and slots are 0 until {@link #initialize}, or until the caller fills them.
   *
   * @param inputs numbers in a row; 0 if there are only categories
   * @param categories the number of categories of each field by its name, in the order of the
   *     fields
   * @param layers all layers, the output layer last
   * @param maxRows the most rows that a call may bring, at least 1
   * @param workers who share out products that are large enough; their number changes no bit
   * @throws IllegalArgumentException if a size is out of range, a layer cannot read what it names,
   *     or the loss does not fit the output layer
   */
  public Network(
      int inputs,
      SequencedMap<String, Integer> categories,
      List<LayerSpec> layers,
      LossSpec loss,
      OptimizerSpec optimizer,
      int maxRows,
      Kernels kernels,
      Workers workers) {
    this(
        new Inputs(inputs, categories, maxRows),
        layers,
        loss,
        optimizer,
        maxRows,
        kernels,
        workers);
  }

  /**
   * A network that reads inputs which others may read too. These then all learn the rows that the
   * inputs show, before they show others.
   *
   * @param inputs of at least as many rows
   * @see #Network(int, SequencedMap, List, LossSpec, OptimizerSpec, int, Kernels, Workers)
   */
  public Network(
      Inputs inputs,
      List<LayerSpec> layers,
      LossSpec loss,
      OptimizerSpec optimizer,
      int maxRows,
      Kernels kernels,
      Workers workers) {
    if (layers.isEmpty()) {
      throw new IllegalArgumentException("a network has at least one layer, its output layer");
    }
    if (maxRows < 1) {
      throw new IllegalArgumentException("maxRows must be at least 1, maxRows=" + maxRows);
    }
    this.maxRows = maxRows;
    Objects.requireNonNull(kernels, "kernels");
    this.inputs = inputs;
    this.layers =
        Layers.build(layers, this.inputs, maxRows, layout, kernels, new Workspace(workers))
            .toArray(Layer[]::new);
    names = Layers.resolve(layers).stream().map(LayerSpec::name).toList();
    last = this.layers[this.layers.length - 1];
    exact = last instanceof LeastSquares squares ? squares : null;
    loss.requireFor(layers.getLast());
    this.loss = LossFunction.of(loss, last.activation(), outputs());
    sums(); // refuses an output layer that has none, if the loss needs them
    last.takeGradientOfSums(this.loss.fromSums());
    optimizerSpec = optimizer;
    this.optimizer = Optimizer.of(optimizer);
    differsInTraining =
        this.optimizer.averages() || Arrays.stream(this.layers).anyMatch(Layer::differsInTraining);
    slotNames = this.optimizer.slotNames();
    parameters = new float[layout.length()];
    slots = new float[slotNames.size()][layout.length()];
    trainingPoint = this.optimizer.averages() ? new float[layout.length()] : parameters;
    trainer =
        new Trainer(this.layers, layout, parameters, trainingPoint, slots, this.optimizer, kernels);
    losses = new float[maxRows];
  }

  @Override
  public List<StateArray> state(String prefix) {
    List<StateArray> arrays = new ArrayList<>();
    for (Tensor tensor : layout.tensors()) {
      String name = prefix + tensor.name();
      Optional<TouchedBlocks> touched = touched(tensor);
      touched.ifPresent(blocks -> arrays.add(blocks.state(name + ".touched")));
      arrays.add(StateArray.of(name, parameters, tensor, touched));
      List<String> learned = learns(tensor) ? slotNames : List.of();
      for (String slot : learned) {
        arrays.add(StateArray.of(name + "." + slot, slot(slot), tensor, touched));
      }
    }
    Arrays.stream(layers).forEach(layer -> arrays.addAll(layer.ownState(prefix)));
    return arrays;
  }

  /**
   * Initial weights, which depend on the seed alone; slots and steps are those of the beginning.
   * What a step drops depends on the seed too, so a network that goes on from the state of another
   * is first initialised with its seed.
   */
  @Override
  public void initialize(long seed) {
    begin(seed);
    trainer.forget();
  }

  /**
   * Begins anew as the seed said, amid a life: blocks of tables that were kept are kept on, so that
   * what was stored or published of them is written again or retired.
   */
  public void beginAnew() {
    begin(seed);
    trainer.touchAgain();
  }

  private void begin(long seed) {
    int number = 0;
    for (Layer layer : layers) {
      for (Parameter parameter : layer.parameters()) {
        parameter.initializer().fill(parameters, parameter.tensor(), seed, number++);
      }
    }
    for (Layer layer : layers) {
      for (Parameter kept : layer.state()) {
        kept.initializer().fill(parameters, kept.tensor(), seed, number++);
      }
    }
    for (Layer layer : layers) {
      layer.reset();
    }
    pass.seed(seed);
    this.seed = seed;
    for (int i = 0; i < slots.length; i++) {
      Arrays.fill(slots[i], optimizer.initialSlotValue(slotNames.get(i)));
    }
    steps = 0;
    forwardRows = 0;
  }

  @Override
  public void forgetCategory(int index) {
    int number = 0;
    for (Layer layer : layers) {
      int first = number;
      layer.visitCategory(
          index, (table, row) -> beginAnew(table, row, first + layer.parameters().indexOf(table)));
      number += layer.parameters().size();
    }
    forwardRows = 0;
  }

  /**
   * @param number of the parameter among all
   */
  private void beginAnew(Parameter table, int row, int number) {
    Tensor tensor = table.tensor();
    table.initializer().fill(parameters, tensor, row, row + 1, seed, number);
    int at = tensor.index(row, 0);
    for (int i = 0; i < slots.length; i++) {
      float first = optimizer.initialSlotValue(slotNames.get(i));
      Arrays.fill(slots[i], at, at + tensor.columns(), first);
    }
    trainer.touch(tensor, row);
  }

  @Override
  public List<String> parts() {
    return names;
  }

  /** As Keras' {@code trainable}: what a layer keeps beside its weights stays as well. */
  @Override
  public void freeze(Set<String> some) {
    for (String name : some) {
      if (!names.contains(name)) {
        throw new IllegalArgumentException("layer must be one of " + names + ", layer=" + name);
      }
    }
    frozen.clear();
    for (int i = 0; i < layers.length; i++) {
      if (some.contains(names.get(i))) {
        frozen.add(layers[i]);
      }
    }
    trainer.freeze(frozen);
  }

  @Override
  public void learningRate(OptionalDouble rate) {
    if (rate.isPresent()) {
      if (exact != null && !exact.backpropagates()) {
        throw new IllegalArgumentException(
            "no layer learns by an optimiser, so there is no learning_rate");
      }
      optimizerSpec.withRate(rate.getAsDouble());
    }
    optimizer.learningRate(rate);
  }

  @Override
  public int inputs() {
    return inputs.numbers().width();
  }

  /** The width of a row of {@link #forward}'s result. */
  @Override
  public int outputs() {
    return last.output().width();
  }

  @Override
  public int maxRows() {
    return maxRows;
  }

  /** How many floats of targets a row has. */
  @Override
  public int targetsPerRow() {
    return loss.targetsPerRow();
  }

  /**
   * Which tensor lies where in {@link #parameters} and in each {@link #slot}; what layers keep
   * without learning it as well.
   */
  public ParameterLayout layout() {
    return layout;
  }

  /** Which blocks of a table differ from what {@link #initialize} gave; empty for other tensors. */
  public Optional<TouchedBlocks> touched(Tensor tensor) {
    return trainer.touched(tensor);
  }

  /** The live parameters; whoever writes them does so before a forward. */
  public float[] parameters() {
    return parameters;
  }

  /** Whether steps learn the tensor; false if a layer keeps it as its state. */
  public boolean learns(Tensor tensor) {
    return Arrays.stream(layers)
        .flatMap(layer -> layer.parameters().stream())
        .anyMatch(parameter -> parameter.tensor().equals(tensor));
  }

  /** The optimiser's slots: m and v for adam, momentum for sgd with momentum, else none. */
  public List<String> slotNames() {
    return slotNames;
  }

  /**
   * A live slot, as long as the parameters.
   *
   * @throws IllegalArgumentException if the optimiser has none of that name
   */
  public float[] slot(String name) {
    int index = slotNames.indexOf(name);
    if (index < 0) {
      throw new IllegalArgumentException("slot must be one of " + slotNames + ", name=" + name);
    }
    return slots[index];
  }

  /** The number of steps that the optimiser has made. */
  @Override
  public long steps() {
    return steps;
  }

  /** Sets the number of steps, where parameters and slots are those of a network so far. */
  @Override
  public void restoreSteps(long steps) {
    if (steps < 0) {
      throw new IllegalArgumentException("steps must be at least 0, steps=" + steps);
    }
    this.steps = steps;
    forwardRows = 0;
  }

  /**
   * The outputs of some rows of numbers.
   *
   * @param x [rows][inputs] from offset
   * @return [rows][outputs], owned by this network and valid until the next forward or step
   */
  public float[] forward(float[] x, int offset, int rows) {
    return forward(x, offset, null, 0, rows);
  }

  /**
   * The outputs of some rows.
   *
   * @param x [rows][inputs] from offset
   * @param categories of which the rows from firstRow on are these rows; null if there are no
   *     fields
   * @return [rows][outputs], owned by this network and valid until the next forward or step
   */
  @Override
  public float[] forward(float[] x, int offset, Entries categories, int firstRow, int rows) {
    checkRows(rows);
    Objects.checkFromIndexSize(offset, rows * inputs(), x.length);
    int fields = categories == null ? 0 : categories.fields();
    if (fields != inputs.fieldCount()) {
      throw new IllegalArgumentException(
          "rows must have %d fields of categories, fields=%d"
              .formatted(inputs.fieldCount(), fields));
    }
    inputs.numbers().view(x, offset);
    inputs.view(categories, firstRow);
    return forward(rows);
  }

  /** The outputs of so many rows that the inputs show; as the other forward. */
  public float[] forward(int rows) {
    checkRows(rows);
    forwardRows = rows;
    pass.set(false, steps);
    return run(parameters, rows);
  }

  private float[] run(float[] weights, int rows) {
    for (Layer layer : layers) {
      layer.forward(weights, rows, pass);
    }
    return last.output().values();
  }

  /**
   * The loss of each row of the last forward.
   *
   * @param targets [rows][targetsPerRow] from targetOffset
   * @return [rows], owned by this network and valid until the next call
   * @throws IllegalStateException if the last forward was not of so many rows, or a step came since
   * @throws IllegalArgumentException if a target is not one that the loss can have
   */
  public float[] losses(float[] targets, int targetOffset, int rows) {
    checkForward(rows);
    Objects.checkFromIndexSize(targetOffset, rows * loss.targetsPerRow(), targets.length);
    loss.losses(sums(), last.output().values(), targets, targetOffset, rows, losses);
    return losses;
  }

  private boolean lossesAreFinite(float[] targets, int targetOffset, int rows) {
    Objects.checkFromIndexSize(targetOffset, rows * loss.targetsPerRow(), targets.length);
    return loss.areFinite(sums(), last.output().values(), targets, targetOffset, rows, losses);
  }

  private float[] sums() {
    return loss.fromSums() ? last.sums() : last.output().values();
  }

  /**
   * One step of the optimiser along the gradient of the mean loss of the last forward, or, if the
   * parameters are the optimiser's mean, of another one at its training point.
   *
   * @param targets [rows][targetsPerRow] from targetOffset
   * @return false, and parameters, slots and steps are as they were, if a loss or a gradient is not
   *     finite, or a gradient is beyond {@link Optimizer#GRADIENT_MAX}
   * @throws IllegalStateException if the last forward was of other rows, or a step came since
   * @throws IllegalArgumentException if a target is not one that the loss can have
   */
  public boolean learn(float[] targets, int targetOffset, int rows) {
    return learn(targets, targetOffset, null, 0, rows);
  }

  /**
   * One step along the gradient of Σ weight·loss / rows: as without weights, but that a row of
   * weight 2 adds to the gradient what two rows of weight 1 would, and one of weight 0 nothing. The
   * divisor stays the number of rows, as in Keras.
   *
   * @param weights [rows] from weightOffset, each finite and at least 0; null if all are 1
   * @return false as above; a loss that is not finite counts whatever its weight is
   * @throws IllegalArgumentException if a weight is negative or not finite
   */
  @Override
  public boolean learn(
      float[] targets, int targetOffset, float[] weights, int weightOffset, int rows) {
    checkForward(rows);
    checkWeights(weights, weightOffset, rows);
    if (differsInTraining) {
      pass.set(true, steps + 1);
      trainer.goToTrainingPoint(rows);
      run(trainingPoint, rows);
    }
    boolean made =
        lossesAreFinite(targets, targetOffset, rows)
            && step(targets, targetOffset, weights, weightOffset, rows);
    if (made) {
      steps++;
      if (exact != null && !frozen.contains(exact)) {
        exact.learn(targets, targetOffset, weights, weightOffset, rows);
      }
      for (Layer layer : layers) {
        if (!frozen.contains(layer)) {
          layer.stepMade(parameters, rows);
        }
      }
    }
    forwardRows = made || differsInTraining ? 0 : rows;
    return made;
  }

  private boolean step(
      float[] targets, int targetOffset, float[] weights, int weightOffset, int rows) {
    if (exact != null) {
      if (!exact.prepare(targets, targetOffset, weights, weightOffset, rows)) {
        return false;
      }
      if (!exact.backpropagates()) {
        return true; // the layers before it stay as they are
      }
    }
    clearGradients();
    float[] dy = last.output().gradient();
    loss.gradient(
        sums(), last.output().values(), targets, targetOffset, weights, weightOffset, rows, dy);
    if (exact != null) {
      exact.standardizeGradient(rows);
    }
    last.output().gradientIsWritten();
    backward(trainingPoint, rows);
    return trainer.step(rows, steps + 1);
  }

  private void clearGradients() {
    inputs.numbers().clearGradient();
    for (Layer layer : layers) {
      layer.output().clearGradient();
    }
  }

  private void backward(float[] weights, int rows) {
    for (int i = layers.length - 1; i >= 0; i--) {
      layers[i].output().finishGradient(rows);
      layers[i].backward(weights, rows);
    }
  }

  /**
   * How one output changes with each number, row by row; makes a {@link #forward} of these rows.
   *
   * @param x [rows][inputs] from offset
   * @param output which output, from 0
   * @param gradient receives d y[row][output] / d x[row], [rows][inputs] from index 0
   */
  public void inputGradient(float[] x, int offset, int rows, int output, float[] gradient) {
    inputGradient(x, offset, null, 0, rows, output, gradient, NOTHING);
  }

  @Override
  public void inputGradient(
      float[] x,
      int offset,
      Entries categories,
      int firstRow,
      int rows,
      int output,
      float[] gradient,
      float[] entryGradient) {
    Objects.checkIndex(output, outputs());
    forward(x, offset, categories, firstRow, rows);
    float[] dy = new float[rows * outputs()];
    for (int row = 0; row < rows; row++) {
      dy[row * outputs() + output] = 1f;
    }
    Arrays.fill(gradient, 0, rows * inputs(), 0f);
    if (inputs.fieldCount() > 0) {
      Arrays.fill(entryGradient, 0, categories.count(firstRow, rows), 0f);
    }
    addInputGradient(dy, rows, gradient, entryGradient);
  }

  /**
   * Adds how a sum of the last forward's outputs changes with each number and with the weight of
   * each category, row by row.
   *
   * @param dy what each output counts in the sum, [rows][outputs]
   * @param gradient [rows][inputs]
   * @param entryGradient by the entries of these rows, in their order
   * @throws IllegalStateException if the last forward was not of so many rows, or a step came since
   */
  public void addInputGradient(float[] dy, int rows, float[] gradient, float[] entryGradient) {
    checkForward(rows);
    Objects.checkFromIndexSize(0, rows * inputs(), gradient.length);
    clearGradients();
    System.arraycopy(dy, 0, last.output().gradient(), 0, rows * outputs());
    last.output().gradientIsWritten();
    last.takeGradientOfSums(false);
    inputs.numbers().want(true);
    try {
      backward(parameters, rows);
      inputs.numbers().finishGradient(rows);
    } finally {
      inputs.numbers().want(false);
      last.takeGradientOfSums(loss.fromSums());
    }
    float[] found = inputs.numbers().gradient();
    for (int i = 0; i < rows * inputs(); i++) {
      gradient[i] += found[i];
    }
    if (inputs.fieldCount() > 0) {
      for (Layer layer : layers) {
        layer.addEntryGradients(parameters, rows, entryGradient);
      }
    }
  }

  private void checkRows(int rows) {
    if (rows < 1 || rows > maxRows) {
      throw new IllegalArgumentException("rows must be from 1 to " + maxRows + ", rows=" + rows);
    }
  }

  private static void checkWeights(float[] weights, int weightOffset, int rows) {
    if (weights == null) {
      return;
    }
    Objects.checkFromIndexSize(weightOffset, rows, weights.length);
    for (int i = weightOffset; i < weightOffset + rows; i++) {
      if (!(weights[i] >= 0 && weights[i] <= Float.MAX_VALUE)) {
        throw new IllegalArgumentException(
            "weight must be at least 0 and finite, weight=" + weights[i]);
      }
    }
  }

  private void checkForward(int rows) {
    if (rows < 1 || forwardRows != rows) {
      throw new IllegalStateException("a forward of the same rows must come first, rows=" + rows);
    }
  }
}
