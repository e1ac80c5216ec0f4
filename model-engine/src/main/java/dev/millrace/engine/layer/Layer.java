package dev.millrace.engine.layer;

import dev.millrace.engine.state.StateArray;
import java.util.List;

/**
 * One computation of a network: a forward pass from its inputs to its {@link #output}, and below it
 * the backward pass. A layer owns its output and scratch; its parameters lie in the model's flat
 * array.
 */
public abstract class Layer {
  private final Signal output;

  protected Layer(Signal output) {
    this.output = output;
  }

  /** What it computes. */
  public final Signal output() {
    return output;
  }

  /** The tensors that it learns. */
  public List<Parameter> parameters() {
    return List.of();
  }

  /**
   * Tensors that it keeps but does not learn: saved and restored with the weights, and changed by
   * {@link #stepMade} alone.
   */
  public List<Parameter> state() {
    return List.of();
  }

  /**
   * Arrays beside the parameters that it keeps and changes itself: saved and restored with the
   * weights, each named by the prefix, the layer's name and its own.
   */
  public List<StateArray> ownState(String prefix) {
    return List.of();
  }

  /** Makes {@link #ownState} what it was before the first step. */
  public void reset() {}

  /** Whether a training pass gives other values than an inference does. */
  public boolean differsInTraining() {
    return false;
  }

  /** Computes the output of some rows. */
  public abstract void forward(float[] parameters, int rows, Pass pass);

  /**
   * From dy in the output's gradient to the gradients of its inputs, as far as they are wanted, and
   * to what {@link #parameterGradients} needs. The pass before was of the same rows.
   */
  public abstract void backward(float[] parameters, int rows);

  /** Takes a part of the flat array of parameters. */
  @FunctionalInterface
  public interface Range {
    /** Length elements from at on. */
    void accept(int at, int length);
  }

  /** Shows every row of a table that the rows at hand use, as often as they use it. */
  public void visitTableRows(int rows, Range range) {}

  /** Takes a row of a table. */
  @FunctionalInterface
  public interface TableRow {
    void accept(Parameter table, int row);
  }

  /** Shows where its tables have a category, by its index over all fields. */
  public void visitCategory(int index, TableRow to) {}

  /**
   * A bound on the magnitude of every parameter's gradient after {@link #backward}; NaN or infinite
   * if there is none.
   */
  public double gradientBound(int rows) {
    return 0;
  }

  /** The mean over the rows at hand of the squared length of what the layer reads. */
  public float inputSquares(int rows) {
    return 0f;
  }

  /** Hands over the gradient of each parameter. */
  public void parameterGradients(int rows, GradientSink sink) {}

  /** Says that a step was made from the pass before, so that {@link #state} may follow its rows. */
  public void stepMade(float[] parameters, int rows) {}

  /**
   * Adds how the loss changes with the weight of each entry of categories that the layer reads,
   * after {@link #backward}.
   *
   * @param gradient by entry, the first entry of the first row at 0
   */
  public void addEntryGradients(float[] parameters, int rows, float[] gradient) {}

  /**
   * The sums before the activation of an output layer, for losses that compute from them.
   *
   * @throws IllegalArgumentException if it has none
   */
  public float[] sums() {
    throw new IllegalArgumentException(
        "the last layer must be dense or an activation, layer=" + getClass().getSimpleName());
  }

  /** The activation of an output layer; linear if it has none. */
  public Activation activation() {
    return Activation.LINEAR;
  }

  /** Whether the output's gradient is that of {@link #sums}, as some losses hand it back. */
  public void takeGradientOfSums(boolean ofSums) {
    assert !ofSums : "a layer without sums";
  }
}
