package dev.millrace.engine.network;

import dev.millrace.engine.layer.Entries;
import dev.millrace.engine.state.StateArray;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Set;

/** What predicts rows and learns from them: one {@link Network}, or several that are mixed. */
public interface Model {
  /** Begins as the seed says. */
  void initialize(long seed);

  /** Numbers in a row of x. */
  int inputs();

  /** The most rows that a call may bring. */
  int maxRows();

  /** The width of a row of {@link #forward}'s result. */
  int outputs();

  /** How many floats of targets a row has. */
  int targetsPerRow();

  /**
   * The outputs of some rows.
   *
   * @param x [rows][inputs] from offset
   * @param categories of which the rows from firstRow on are these rows
   * @return [rows][outputs], owned by the model and valid until the next forward or step
   */
  float[] forward(float[] x, int offset, Entries categories, int firstRow, int rows);

  /**
   * How one output changes with each number and with the weight of each category, row by row; makes
   * a {@link #forward} of these rows.
   *
   * @param x [rows][inputs] from offset
   * @param categories of which the rows from firstRow on are these rows; null if there are no
   *     fields
   * @param output which output, from 0
   * @param gradient receives d y[row][output] / d x[row], [rows][inputs] from index 0
   * @param entryGradient receives d y[row][output] / d weight of each entry of these rows, in their
   *     order, from index 0
   */
  void inputGradient(
      float[] x,
      int offset,
      Entries categories,
      int firstRow,
      int rows,
      int output,
      float[] gradient,
      float[] entryGradient);

  /**
   * One step from the rows of the last forward.
   *
   * @param targets [rows][targetsPerRow] from targetOffset
   * @param weights [rows] from weightOffset
   * @return false, and nothing has changed, if what would be learned is not finite
   */
  boolean learn(float[] targets, int targetOffset, float[] weights, int weightOffset, int rows);

  /**
   * Begins anew with a category, by its index over all fields: its weights are as the seed gave
   * them, and so is what optimisers know of them.
   */
  void forgetCategory(int index);

  /** The names of the parts that {@link #freeze} knows: layers, or the experts of a panel. */
  List<String> parts();

  /**
   * Keeps the weights of some parts as they are and teaches all others; gradients still pass
   * through.
   *
   * @throws IllegalArgumentException if there is no part of a name
   */
  void freeze(Set<String> names);

  /**
   * Another learning rate for steps to come; empty for that of the specification.
   *
   * @throws IllegalArgumentException if it is out of range, or nothing has a rate that could change
   */
  void learningRate(OptionalDouble rate);

  /** How many floats {@link #said} has; 0 if the model learns nothing from what it said. */
  default int saidLength() {
    return 0;
  }

  /** What parts of the model said of a row of the last forward. */
  default void said(int row, float[] to, int at) {}

  /**
   * Says that a row of the last forward was predicted before, by a younger model; it is judged by
   * what it said then.
   */
  default void recall(int row, float[] said, int from) {}

  /** The number of steps made. */
  long steps();

  /** Sets the number of steps, where the state is that of a model so far. */
  void restoreSteps(long steps);

  /** All that must survive beside the number of steps, under names that begin with the prefix. */
  List<StateArray> state(String prefix);
}
