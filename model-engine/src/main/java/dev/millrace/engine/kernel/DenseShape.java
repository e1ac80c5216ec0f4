package dev.millrace.engine.kernel;

/**
 * The sizes of one dense layer, and where its weights lie in the flat arrays of parameters: W
 * [inputs][outputs] in {@link Panels}, b [outputs] filled up to whole panels.
 *
 * @param inputs the width of a row of x
 * @param outputs the width of a row of y
 * @param kernelOffset where W begins
 * @param biasOffset where b begins; {@link #NO_BIAS} if the layer has none
 */
public record DenseShape(int inputs, int outputs, int kernelOffset, int biasOffset) {
  /** The {@link #biasOffset} of a layer without biases, whose sums start from 0. */
  public static final int NO_BIAS = -1;

  boolean hasBias() {
    return biasOffset != NO_BIAS;
  }

  /** Panels of W. */
  public int panels() {
    return Panels.count(outputs);
  }

  /** Where the part of a panel of W lies that begins at an input. */
  public int at(int panel, int input) {
    return kernelOffset + (panel * inputs + input) * Panels.WIDTH;
  }
}
