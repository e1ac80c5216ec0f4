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

  /**
   * The first panel of a worker's share; that of the next begins where it ends. Shares are whole
   * groups of panels, of which a tile takes all.
   */
  public int firstPanel(int worker, int workers) {
    int groups = (panels() + Products.PANELS_MAX - 1) / Products.PANELS_MAX;
    return Math.min(Products.PANELS_MAX * Workers.from(worker, workers, groups), panels());
  }

  /** The first input of a worker's share, which is a multiple of 8. */
  public int firstInput(int worker, int workers) {
    int eighths = (inputs + 7) / 8;
    return Math.min(8 * Workers.from(worker, workers, eighths), inputs);
  }

  /** Where the part of a panel of W lies that begins at an input. */
  public int at(int panel, int input) {
    return kernelOffset + (panel * inputs + input) * Panels.WIDTH;
  }
}
