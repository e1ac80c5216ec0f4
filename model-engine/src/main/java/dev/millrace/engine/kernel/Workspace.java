package dev.millrace.engine.kernel;

/**
 * Scratch that a network lends its layers and kernels, so that these neither allocate nor keep
 * state. What it holds means nothing once other rows have been packed.
 */
public final class Workspace {
  /** Rows, or columns, of a left operand that lie side by side when packed. */
  static final int BLOCK = 4;

  private static final int LENGTH_MAX = Integer.MAX_VALUE - 64;

  /** A left operand: blocks of four rows, [block][k][4], or of four columns, [block][row][4]. */
  float[] left = {};

  /** A right operand in {@link Panels}, or what an input gradient needs. */
  float[] right = {};

  /** What one of several readers of a layer hands back to it, [rows][width]. */
  public float[] part = {};

  /** The gradient of a row of parameters, filled up to whole panels. */
  public float[] bias = {};

  /** A tile of a product whose last columns are not all wanted. */
  final float[] tile = new float[BLOCK * Panels.WIDTH];

  /** The partial sums of a reduction. */
  final float[] lanes = new float[Lanes.WIDTH];

  /** What sums start from where there is no bias. */
  final float[] zeros = new float[Products.PANELS_MAX * Panels.WIDTH];

  private final Workers workers;
  private final float[][] slabs;

  /**
   * Scratch without room for any matrix yet.
   *
   * @param workers who share out what is worth it
   */
  public Workspace(Workers workers) {
    this.workers = workers;
    slabs = new float[workers.count()][Products.PANELS_MAX * Products.SLAB_LENGTH];
  }

  /** Who share out what is worth it. */
  public Workers workers() {
    return workers;
  }

  /** A worker's room for a block of a weight gradient, [panels][slab][16]. */
  public float[] slab(int worker) {
    return slabs[worker];
  }

  /**
   * Makes room for matrices of so many rows and columns.
   *
   * @throws IllegalArgumentException if Java has no array of that length
   */
  public void reserve(int rows, int columns) {
    long length = (rows + 2L * Lanes.WIDTH) * (columns + (long) Panels.WIDTH);
    if (length > LENGTH_MAX) {
      throw new IllegalArgumentException(
          "the most rows of a batch times the width of a layer must be less than 2^31, rows="
              + rows
              + ", width="
              + columns);
    }
    if (length > left.length) {
      left = new float[(int) length];
      right = new float[(int) length];
      part = new float[(int) length];
    }
    if (Panels.padded(columns) > bias.length) {
      bias = new float[Panels.padded(columns)];
    }
  }

  /** {@link Products#packRows} of the inputs from {@code first} on. */
  void packRows(float[] x, int offset, int rows, int inputs, int first) {
    for (int row = 0; row + BLOCK <= rows; row += BLOCK) {
      int from = offset + row * inputs;
      int to = row * inputs;
      for (int k = first; k < inputs; k++) {
        left[to + BLOCK * k] = x[from + k];
        left[to + BLOCK * k + 1] = x[from + inputs + k];
        left[to + BLOCK * k + 2] = x[from + 2 * inputs + k];
        left[to + BLOCK * k + 3] = x[from + 3 * inputs + k];
      }
    }
  }

  /**
   * {@link Products#packColumns} of the rows from {@code firstRow} on, and of the inputs from
   * {@code first} on, a multiple of 4.
   */
  void packColumns(float[] x, int offset, int rows, int inputs, int firstRow, int first) {
    int block = rows * BLOCK;
    int k = first;
    for (; k + 4 * BLOCK <= inputs; k += 4 * BLOCK) { // a cache line of each row at a time
      for (int row = firstRow; row < rows; row++) {
        int from = offset + row * inputs + k;
        int to = k * rows + row * BLOCK;
        packBlock(x, from, to);
        packBlock(x, from + BLOCK, to + block);
        packBlock(x, from + 2 * BLOCK, to + 2 * block);
        packBlock(x, from + 3 * BLOCK, to + 3 * block);
      }
    }
    for (; k < inputs; k += BLOCK) {
      for (int row = firstRow; row < rows; row++) {
        int to = k * rows + row * BLOCK;
        for (int i = 0; i < BLOCK; i++) {
          left[to + i] = k + i < inputs ? x[offset + row * inputs + k + i] : 0f;
        }
      }
    }
  }

  private void packBlock(float[] x, int from, int to) {
    left[to] = x[from];
    left[to + 1] = x[from + 1];
    left[to + 2] = x[from + 2];
    left[to + 3] = x[from + 3];
  }

  /** An element of {@link Products#packColumns}. */
  float columns(int rows, int k, int row) {
    return left[(k / BLOCK * rows + row) * BLOCK + k % BLOCK];
  }

  /** Copies dy [rows][outputs] in panels to {@link #right}. */
  public void packPanels(float[] dy, int rows, int outputs) {
    Panels.pack(dy, 0, rows, outputs, right);
  }
}
