package dev.millrace.engine.network;

import dev.millrace.engine.kernel.Kernels;
import dev.millrace.engine.kernel.Updates;
import dev.millrace.engine.kernel.Workspace;
import dev.millrace.engine.layer.Activation;
import dev.millrace.engine.layer.Dense;
import dev.millrace.engine.layer.LayerSpec;
import dev.millrace.engine.loss.Loss;
import dev.millrace.engine.loss.LossFunction;
import dev.millrace.engine.optim.Optimizer;
import dev.millrace.engine.optim.OptimizerSpec;
import dev.millrace.engine.params.Initializers;
import dev.millrace.engine.params.ParameterLayout;
import dev.millrace.engine.params.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * A chain of dense layers with a loss and an optimiser, over one flat array of parameters.
 *
 * <p>All scratch is allocated at once; nothing is afterwards. Results have the same bits whichever
 * kernels run and however rows are gathered into batches, so a prediction may come from the batch
 * that teaches. Not for use by several threads at a time.
 */
public final class Network {
  private final int inputs;
  private final int maxRows;
  private final Kernels kernels;
  private final ParameterLayout layout;
  private final Dense[] layers;
  private final LossFunction loss;
  private final Optimizer optimizer;
  private final List<String> slotNames;

  private final float[] parameters;
  private final float[][] slots;
  private long steps;

  private final float[] gradient;
  private final float[] losses;

  /** Where gradients are taken; the parameters, unless these are an optimiser's mean. */
  private final float[] trainingPoint;

  /** The rows whose activations the layers hold, and null once the weights have moved on. */
  private float[] forwardX;

  private int forwardOffset;
  private int forwardRows;

  /**
   * All parameters are 0, and slots as before a first step, until {@link #initialize} or until the
   * caller fills them.
   *
   * @param inputs the width of a row, at least 1
   * @param layers all layers, the output layer last
   * @param maxRows the most rows that a call may bring, at least 1
   * @throws IllegalArgumentException if a size is out of range, or the loss does not fit the output
   *     layer
   */
  public Network(
      int inputs,
      List<LayerSpec> layers,
      Loss loss,
      OptimizerSpec optimizer,
      int maxRows,
      Kernels kernels) {
    if (inputs < 1) {
      throw new IllegalArgumentException("inputs must be at least 1, inputs=" + inputs);
    }
    if (layers.isEmpty()) {
      throw new IllegalArgumentException("a network has at least one layer, its output layer");
    }
    if (maxRows < 1) {
      throw new IllegalArgumentException("maxRows must be at least 1, maxRows=" + maxRows);
    }
    this.inputs = inputs;
    this.maxRows = maxRows;
    this.kernels = Objects.requireNonNull(kernels, "kernels");
    this.layout = ParameterLayout.ofDense(inputs, layers.stream().map(LayerSpec::dense).toList());
    int widest = Math.max(inputs, layers.stream().mapToInt(LayerSpec::dense).max().getAsInt());
    long scratch = Math.max((maxRows + 4L) * (widest + 4L), 32L * Math.max(maxRows, widest));
    if (scratch > Integer.MAX_VALUE - 64) {
      throw new IllegalArgumentException(
          "maxRows times the widest layer, and 32 times either, must be less than 2^31, maxRows="
              + maxRows
              + ", widest="
              + widest);
    }
    Workspace workspace = new Workspace(maxRows, widest);
    this.layers = new Dense[layers.size()];
    for (int i = 0; i < this.layers.length; i++) {
      Tensor kernel = layout.tensor(ParameterLayout.kernelName(i));
      Tensor bias = layout.tensor(ParameterLayout.biasName(i));
      Activation activation = layers.get(i).activation();
      this.layers[i] = new Dense(kernel, bias, activation, maxRows, kernels, workspace);
    }
    LayerSpec output = layers.getLast();
    this.loss = LossFunction.of(loss, output.activation(), output.dense());
    this.optimizer = Optimizer.of(optimizer);
    this.slotNames = this.optimizer.slotNames();
    this.parameters = new float[layout.size()];
    this.gradient = new float[layout.size()];
    this.slots = new float[slotNames.size()][layout.size()];
    this.losses = new float[maxRows];
    this.trainingPoint = this.optimizer.averages() ? new float[layout.size()] : parameters;
    initializeSlots();
  }

  /**
   * Glorot-uniform weights, which depend on the seed alone; biases and steps are 0, and slots as
   * the optimiser wants them.
   */
  public void initialize(long seed) {
    List<Tensor> tensors = layout.tensors();
    for (int i = 0; i < tensors.size(); i++) {
      Tensor tensor = tensors.get(i);
      if (tensor.name().endsWith("/bias")) {
        Initializers.zeros(parameters, tensor);
      } else {
        Initializers.glorotUniform(parameters, tensor, seed, i);
      }
    }
    initializeSlots();
    steps = 0;
    forwardX = null;
  }

  private void initializeSlots() {
    for (int i = 0; i < slots.length; i++) {
      Arrays.fill(slots[i], optimizer.initialSlotValue(slotNames.get(i)));
    }
  }

  /** The width of a row of x. */
  public int inputs() {
    return inputs;
  }

  /** The width of a row of {@link #forward}'s result. */
  public int outputs() {
    return layers[layers.length - 1].units();
  }

  /** The most rows that a call may bring. */
  public int maxRows() {
    return maxRows;
  }

  /** How many floats of targets a row has. */
  public int targetsPerRow() {
    return loss.targetsPerRow();
  }

  /** Which tensor lies where in {@link #parameters} and in each {@link #slot}. */
  public ParameterLayout layout() {
    return layout;
  }

  /** The live parameters; whoever writes them does so before a forward. */
  public float[] parameters() {
    return parameters;
  }

  /** The optimiser's slots: m and v for adam, momentum for sgd with momentum, none for sgd. */
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
  public long steps() {
    return steps;
  }

  /** Sets the number of steps, where parameters and slots are those of a network so far. */
  public void restoreSteps(long steps) {
    if (steps < 0) {
      throw new IllegalArgumentException("steps must be at least 0, steps=" + steps);
    }
    this.steps = steps;
    forwardX = null;
  }

  /**
   * The outputs of some rows.
   *
   * @param x [rows][inputs] from offset
   * @return [rows][outputs], owned by this network and valid until the next forward
   */
  public float[] forward(float[] x, int offset, int rows) {
    checkRows(rows);
    Objects.checkFromIndexSize(offset, rows * inputs, x.length);
    float[] outputs = forward(parameters, x, offset, rows);
    forwardX = x;
    forwardOffset = offset;
    forwardRows = rows;
    return outputs;
  }

  private float[] forward(float[] weights, float[] x, int offset, int rows) {
    float[] layerX = x;
    int layerOffset = offset;
    for (Dense layer : layers) {
      layer.forward(layerX, layerOffset, weights, rows);
      layerX = layer.outputs();
      layerOffset = 0;
    }
    return layerX;
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
    checkForward(forwardX, forwardOffset, rows);
    Objects.checkFromIndexSize(targetOffset, rows * loss.targetsPerRow(), targets.length);
    return lossesOfActivations(targets, targetOffset, rows);
  }

  private float[] lossesOfActivations(float[] targets, int targetOffset, int rows) {
    Dense last = layers[layers.length - 1];
    loss.losses(last.sums(), last.outputs(), targets, targetOffset, rows, losses);
    return losses;
  }

  /**
   * One step of the optimiser along the gradient of the mean loss of the last forward, or, if the
   * parameters are the optimiser's mean, of another one at its training point.
   *
   * @param x with offset and rows as in the last forward
   * @param targets [rows][targetsPerRow] from targetOffset
   * @return false, and parameters, slots and steps are as they were, if a loss or a gradient is not
   *     finite, or a gradient is beyond {@link Optimizer#GRADIENT_MAX}
   * @throws IllegalStateException if the last forward was of other rows, or a step came since
   * @throws IllegalArgumentException if a target is not one that the loss can have
   */
  public boolean learn(float[] x, int offset, float[] targets, int targetOffset, int rows) {
    checkForward(x, offset, rows);
    Objects.checkFromIndexSize(targetOffset, rows * loss.targetsPerRow(), targets.length);
    Updates updates = kernels.updates();
    if (optimizer.averages()) {
      optimizer.trainingPoint(updates, parameters, slots, 0, trainingPoint, 0, parameters.length);
      forwardX = null;
      forward(trainingPoint, x, offset, rows);
    }
    if (!kernels.allFinite(lossesOfActivations(targets, targetOffset, rows), rows)) {
      return false;
    }
    backward(x, offset, targets, targetOffset, rows);
    if (!kernels.allWithin(gradient, gradient.length, Optimizer.GRADIENT_MAX)) {
      return false;
    }
    clip(updates);
    optimizer.begin(steps + 1);
    optimizer.update(updates, parameters, slots, 0, gradient, 0, gradient.length);
    steps++;
    forwardX = null;
    return true;
  }

  private void clip(Updates updates) {
    List<Tensor> tensors = layout.tensors();
    if (optimizer.clipValue() > 0) {
      updates.clipByValue(gradient, 0, gradient.length, optimizer.clipValue());
    } else if (optimizer.clipNorm() > 0) {
      for (int i = 0; i < tensors.size(); i++) {
        Tensor tensor = tensors.get(i);
        double sum = updates.sumOfSquares(gradient, tensor.offset(), tensor.size());
        float factor = Optimizer.clipFactor(sum, optimizer.clipNorm());
        scale(updates, tensor.offset(), tensor.size(), factor);
      }
    } else if (optimizer.globalClipNorm() > 0) {
      double sum = 0;
      for (int i = 0; i < tensors.size(); i++) {
        sum += updates.sumOfSquares(gradient, tensors.get(i).offset(), tensors.get(i).size());
      }
      float factor = Optimizer.clipFactor(sum, optimizer.globalClipNorm());
      scale(updates, 0, gradient.length, factor);
    }
  }

  private void scale(Updates updates, int from, int size, float factor) {
    if (factor < 1f) {
      updates.scale(gradient, from, size, factor);
    }
  }

  // gradient has the layout of the parameters
  private void backward(float[] x, int offset, float[] targets, int targetOffset, int rows) {
    int top = layers.length - 1;
    Dense last = layers[top];
    loss.gradient(last.outputs(), targets, targetOffset, rows, last.outputGradient());
    for (int i = top; i >= 0; i--) {
      Dense layer = layers[i];
      float[] layerX = i == 0 ? x : layers[i - 1].outputs();
      int layerOffset = i == 0 ? offset : 0;
      if (i == top && loss.fromSums()) {
        layer.backwardFromSums(layerX, layerOffset, gradient, rows);
      } else {
        layer.backward(layerX, layerOffset, gradient, rows);
      }
      if (i > 0) {
        layer.inputGradient(trainingPoint, layers[i - 1].outputGradient(), rows);
      }
    }
  }

  /**
   * How one output changes with each input, row by row; makes a {@link #forward} of these rows.
   *
   * @param x [rows][inputs] from offset
   * @param output which output, from 0
   * @param gradient receives d y[row][output] / d x[row], [rows][inputs] from index 0
   */
  public void inputGradient(float[] x, int offset, int rows, int output, float[] gradient) {
    Objects.checkIndex(output, outputs());
    checkRows(rows);
    Objects.checkFromIndexSize(0, rows * inputs, gradient.length);
    forward(x, offset, rows);
    int top = layers.length - 1;
    float[] dy = layers[top].outputGradient();
    Arrays.fill(dy, 0, rows * outputs(), 0f);
    for (int row = 0; row < rows; row++) {
      dy[row * outputs() + output] = 1f;
    }
    for (int i = top; i >= 0; i--) {
      layers[i].activationGradient(rows);
      float[] dx = i == 0 ? gradient : layers[i - 1].outputGradient();
      layers[i].inputGradient(parameters, dx, rows);
    }
  }

  private void checkRows(int rows) {
    if (rows < 1 || rows > maxRows) {
      throw new IllegalArgumentException("rows must be from 1 to " + maxRows + ", rows=" + rows);
    }
  }

  private void checkForward(float[] x, int offset, int rows) {
    if (forwardX == null || forwardX != x || forwardOffset != offset || forwardRows != rows) {
      throw new IllegalStateException(
          "a forward of the same rows must come first, offset=" + offset + ", rows=" + rows);
    }
  }
}
