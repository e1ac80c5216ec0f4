package dev.millrace.engine.kernel;

/**
 * Scratch that a network lends its kernels, so that these neither allocate nor keep state. What it
 * holds between two calls means nothing.
 */
public final class Workspace {
  /** The left operand of a product in blocks of four rows, [block][k][4]. */
  final float[] left;

  /** A panel of a transposed right operand, [k][columns of the panel]. */
  final float[] right;

  /** The partial sums of a reduction. */
  final float[] lanes = new float[Lanes.WIDTH];

  /** As many zeros as the widest tile has columns. */
  final float[] zeros = new float[4 * Lanes.WIDTH];

  /**
   * @param rows the most rows of a batch
   * @param widest the most inputs or outputs of any layer
   */
  public Workspace(int rows, int widest) {
    left = new float[Math.multiplyExact(Math.addExact(rows, 4), Math.addExact(widest, 4))];
    right = new float[Math.multiplyExact(2 * Lanes.WIDTH, widest)];
  }
}
