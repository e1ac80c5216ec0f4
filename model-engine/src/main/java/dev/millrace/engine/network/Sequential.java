package dev.millrace.engine.network;

import dev.millrace.engine.kernel.KernelChoice;
import dev.millrace.engine.layer.Activation;
import dev.millrace.engine.layer.LayerSpec;
import dev.millrace.engine.loss.LossSpec;
import dev.millrace.engine.network.History.Epoch;
import dev.millrace.engine.optim.OptimizerSpec;
import dev.millrace.engine.params.ParameterLayout;
import java.util.ArrayList;
import java.util.List;

/**
 * Keras' way of saying a network, for programs that have their rows in memory:
 *
 * <pre>{@code
 * Sequential model =
 *     Sequential.input(1000)
 *         .dense(512, Activation.RELU)
 *         .dense(10, Activation.SOFTMAX)
 *         .compile(OptimizerSpec.of("adam"), LossSpec.SPARSE_CATEGORICAL_CROSSENTROPY);
 * History history = model.fit(x, labels, 10, 32);
 * float[] predictions = model.predict(x, rows);
 * }</pre>
 *
 * <p>Rows are row-major and stay in their order; there is no shuffling. Not for use by several
 * threads at a time.
 */
public final class Sequential {
  private static final int BATCH_ROWS = 32;

  private final Builder builder;
  private final LossSpec loss;
  private final OptimizerSpec optimizer;
  private Network network;

  private Sequential(Builder builder, OptimizerSpec optimizer, LossSpec loss) {
    this.builder = builder;
    this.optimizer = optimizer;
    this.loss = loss;
    this.network = newNetwork(BATCH_ROWS);
    network.initialize(builder.seed);
  }

  /** Starts a network whose rows have that many inputs. */
  public static Builder input(int inputs) {
    return new Builder(inputs);
  }

  /** Collects layers until {@link #compile}. */
  public static final class Builder {
    private final int inputs;
    private final List<LayerSpec> layers = new ArrayList<>();
    private long seed;
    private KernelChoice.Mode mode = KernelChoice.Mode.AUTO;

    private Builder(int inputs) {
      this.inputs = inputs;
    }

    /** Adds a dense layer; the last one is the output layer. */
    public Builder dense(int units, Activation activation) {
      layers.add(LayerSpec.dense(units, activation));
      return this;
    }

    /** Adds a layer of any kind. */
    public Builder layer(LayerSpec layer) {
      layers.add(layer);
      return this;
    }

    /** What initial weights, and what dropout drops, depend on; 0 unless stated. */
    public Builder seed(long seed) {
      this.seed = seed;
      return this;
    }

    /** Which kernels run; the fastest that this JVM has unless stated. Results are the same. */
    public Builder kernels(KernelChoice.Mode mode) {
      this.mode = mode;
      return this;
    }

    /**
     * The network with its initial weights.
     *
     * @throws IllegalArgumentException if the loss does not fit the output layer
     */
    public Sequential compile(OptimizerSpec optimizer, LossSpec loss) {
      return new Sequential(copy(), optimizer, loss);
    }

    private Builder copy() {
      Builder copy = new Builder(inputs).seed(seed).kernels(mode);
      copy.layers.addAll(layers);
      return copy;
    }
  }

  private Network newNetwork(int maxRows) {
    return new Network(
        builder.inputs,
        builder.layers,
        loss,
        optimizer,
        maxRows,
        KernelChoice.select(builder.mode).kernels());
  }

  /**
   * Learns all rows, in batches and in their order.
   *
   * @param x [rows][inputs]
   * @param labels the targets: a class index a row for {@code sparse_categorical_crossentropy},
   *     else [rows][outputs], as {@code docs/losses.md} says
   * @param batchSize rows a step; the last batch of an epoch may be smaller
   */
  public History fit(float[] x, float[] labels, int epochs, int batchSize) {
    int rows = rowsOf(x);
    if (labels.length != rows * network.targetsPerRow()) {
      throw new IllegalArgumentException(
          "labels must have "
              + network.targetsPerRow()
              + " a row, labels="
              + labels.length
              + ", rows="
              + rows);
    }
    if (epochs < 1 || batchSize < 1) {
      throw new IllegalArgumentException(
          "epochs and batchSize must be at least 1, epochs=" + epochs + ", batchSize=" + batchSize);
    }
    reserve(Math.min(rows, batchSize));
    List<Epoch> history = new ArrayList<>();
    for (int epoch = 0; epoch < epochs; epoch++) {
      history.add(epoch(x, labels, rows, batchSize));
    }
    return new History(history);
  }

  private Epoch epoch(float[] x, float[] labels, int rows, int batchSize) {
    double lossSum = 0;
    int batches = 0;
    int correct = 0;
    long skipped = 0;
    for (int first = 0; first < rows; first += batchSize) {
      int count = Math.min(batchSize, rows - first);
      int offset = first * network.inputs();
      int targetOffset = first * network.targetsPerRow();
      float[] outputs = network.forward(x, offset, count);
      correct += correct(outputs, labels, targetOffset, count);
      lossSum += mean(network.losses(labels, targetOffset, count), count);
      batches++;
      skipped += network.learn(labels, targetOffset, count) ? 0 : 1;
    }
    double accuracy =
        switch (loss.kind()) {
          case CLASSES -> (double) correct / rows;
          case YES_OR_NO, MARGIN -> correct / ((double) rows * network.outputs());
          case VALUE, COUNT -> Double.NaN;
        };
    return new Epoch(lossSum / batches, accuracy, skipped);
  }

  private int correct(float[] outputs, float[] labels, int targetOffset, int count) {
    return switch (loss.kind()) {
      case CLASSES -> correctClasses(outputs, labels, targetOffset, count);
      case YES_OR_NO -> correctAnswers(outputs, 0.5f, labels, targetOffset, count);
      case MARGIN -> correctAnswers(outputs, 0f, labels, targetOffset, count);
      case VALUE, COUNT -> 0;
    };
  }

  private int correctClasses(float[] outputs, float[] labels, int targetOffset, int count) {
    int columns = network.outputs();
    int perRow = network.targetsPerRow();
    int correct = 0;
    for (int row = 0; row < count; row++) {
      int start = targetOffset + row * perRow;
      int label = perRow == 1 ? (int) labels[start] : largest(labels, start, columns);
      correct += largest(outputs, row * columns, columns) == label ? 1 : 0;
    }
    return correct;
  }

  /** How many outputs are above the border where the label is yes, and at most there where not. */
  private int correctAnswers(
      float[] outputs, float border, float[] labels, int targetOffset, int count) {
    int correct = 0;
    for (int i = 0; i < count * network.outputs(); i++) {
      correct += outputs[i] > border == labels[targetOffset + i] > border ? 1 : 0;
    }
    return correct;
  }

  private static int largest(float[] values, int start, int columns) {
    int largest = 0;
    for (int j = 1; j < columns; j++) {
      if (values[start + j] > values[start + largest]) {
        largest = j;
      }
    }
    return largest;
  }

  private static double mean(float[] losses, int count) {
    double sum = 0;
    for (int i = 0; i < count; i++) {
      sum += losses[i];
    }
    return sum / count;
  }

  /**
   * The outputs of some rows.
   *
   * @param x [rows][inputs]
   * @return [rows][outputs], the caller's own
   */
  public float[] predict(float[] x, int rows) {
    float[] predictions = new float[Math.multiplyExact(rows, network.outputs())];
    for (int first = 0; first < rows; first += network.maxRows()) {
      int count = Math.min(network.maxRows(), rows - first);
      float[] outputs = network.forward(x, first * network.inputs(), count);
      System.arraycopy(
          outputs, 0, predictions, first * network.outputs(), count * network.outputs());
    }
    return predictions;
  }

  /**
   * How one output changes with each input.
   *
   * @param row [inputs]
   * @param output which output, from 0
   * @return [inputs], the caller's own
   */
  public float[] inputGradient(float[] row, int output) {
    float[] gradient = new float[network.inputs()];
    network.inputGradient(row, 0, 1, output, gradient);
    return gradient;
  }

  /** The tensors there are: {@code dense_0/kernel}, {@code dense_0/bias}, and so on. */
  public ParameterLayout layout() {
    return network.layout();
  }

  /** A copy of a tensor, row-major. */
  public float[] getWeights(String name) {
    return network.layout().copyOf(name, network.parameters());
  }

  /**
   * Replaces a tensor; the optimiser's slots stay.
   *
   * @param weights row-major, as many as the tensor has
   */
  public void setWeights(String name, float[] weights) {
    network.layout().set(name, weights, network.parameters());
  }

  private int rowsOf(float[] x) {
    if (x.length == 0 || x.length % network.inputs() != 0) {
      throw new IllegalArgumentException(
          "x must be whole rows of " + network.inputs() + " inputs, length=" + x.length);
    }
    return x.length / network.inputs();
  }

  /** Moves into a network with room for larger batches, if need be. */
  private void reserve(int rows) {
    if (rows <= network.maxRows()) {
      return;
    }
    Network larger = newNetwork(rows);
    larger.initialize(builder.seed);
    System.arraycopy(network.parameters(), 0, larger.parameters(), 0, larger.parameters().length);
    for (String name : network.slotNames()) {
      float[] slot = larger.slot(name);
      System.arraycopy(network.slot(name), 0, slot, 0, slot.length);
    }
    larger.restoreSteps(network.steps());
    network = larger;
  }
}
