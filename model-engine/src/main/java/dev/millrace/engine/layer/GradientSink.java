package dev.millrace.engine.layer;

import dev.millrace.engine.kernel.ProductGradient;

/** Takes the gradients of the mean loss by the parameters, block by block, in any order. */
public interface GradientSink {
  /** Whether {@link #accept} may be called by several threads, for different parts. */
  boolean isConcurrent();

  /**
   * Part of the gradient of a tensor in panels.
   *
   * @param at where the part begins in the flat array of parameters
   * @param g length elements from gAt; may be overwritten
   */
  void accept(Parameter parameter, int at, float[] g, int gAt, int length);

  /**
   * The gradient of some rows of a table; that of all other rows is 0.
   *
   * @param rows the rows, each once, {@code count} of them
   * @param g [count][columns]; may be overwritten, and is kept by its owner until the next forward
   */
  void acceptRows(Parameter parameter, int[] rows, int count, float[] g);

  /**
   * Whether {@link #acceptProduct} may stand for the other two: what has no gradient, or one of 0,
   * stays as it is.
   */
  default boolean takesProducts(Parameter parameter) {
    return false;
  }

  /**
   * The gradient of a tensor, that of all weights in no range being 0.
   *
   * @param g of at most one range of each index; of a table the index is its row
   */
  default void acceptProduct(Parameter parameter, ProductGradient g) {
    throw new IllegalStateException("no products are taken, tensor=" + parameter.tensor().name());
  }
}
