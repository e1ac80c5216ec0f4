package dev.millrace.engine.kernel;

/**
 * The products of a dense layer. Shapes: x [rows][inputs], y [rows][outputs] row-major, W
 * [inputs][outputs] in {@link Panels}.
 *
 * <p>Every element of a product is one chain of fused multiply-adds in ascending order, so an
 * implementation may compute many elements at once but never split a chain. A row's result depends
 * neither on the rows beside it nor on how panels are shared out among threads.
 *
 * <p>The operands that many tiles share are first copied into a {@link Workspace}, by {@link
 * #packRows}, {@link #packColumns} and {@link Workspace#packPanels}.
 */
public interface Products {
  /** Panels that one call of {@link #weightGradient} may take. */
  int PANELS_MAX = 4;

  /** Inputs that one call of {@link #weightGradient} may take; a multiple of 4. */
  int SLAB = 256;

  /** Floats of a panel of the result of {@link #weightGradient}. */
  int SLAB_LENGTH = SLAB * Panels.WIDTH;

  /** Copies x [rows][inputs], but for the last rows mod 4, to where {@link #forward} reads it. */
  default void packRows(float[] x, int offset, int rows, int inputs, Workspace workspace) {
    workspace.packRows(x, offset, rows, inputs, 0);
  }

  /**
   * Copies x [rows][inputs], filled up with zeros to whole blocks of four inputs, to where {@link
   * #weightGradient} reads it.
   */
  default void packColumns(float[] x, int offset, int rows, int inputs, Workspace workspace) {
    workspace.packColumns(x, offset, rows, inputs, 0, 0);
  }

  /**
   * y = x·W + b for some panels of columns. Each y starts from its bias and adds x[k]·W[k] for k
   * ascending.
   *
   * @param workspace holds {@link #packRows} of x
   * @param panel the first panel
   * @param panels how many
   */
  void forward(
      DenseShape shape,
      float[] x,
      int xOffset,
      float[] parameters,
      float[] y,
      int rows,
      int panel,
      int panels,
      Workspace workspace);

  /**
   * A block of dW = xᵀ·dy. Each element starts from 0 and adds x[row]·dy[row] for rows ascending.
   *
   * @param workspace holds {@link #packColumns} of x and {@link Workspace#packPanels} of dy
   * @param panel the first panel of columns
   * @param panels how many, at most {@link #PANELS_MAX}
   * @param k the first input, a multiple of 4
   * @param count how many inputs, at most {@link #SLAB}
   * @param g receives [panels][SLAB][16]: of each panel the first {@code count} rows, and what is
   *     up to the next multiple of 4 is overwritten
   */
  void weightGradient(
      int rows, int panel, int panels, int k, int count, float[] g, Workspace workspace);

  /**
   * db = Σ dy over rows ascending, from 0, into g [outputs], filled up to whole panels with zeros.
   *
   * @param workspace holds {@link Workspace#packPanels} of dy
   */
  void biasGradient(DenseShape shape, int rows, float[] g, Workspace workspace);

  /** Must come before {@link #inputGradient}, once for all inputs. */
  void prepareInputGradient(DenseShape shape, float[] dy, int rows, Workspace workspace);

  /**
   * dx = dy·Wᵀ for some inputs. Each starts from 0 and adds dy[j]·W[k][j] for j ascending.
   *
   * @param k the first input, a multiple of 8
   * @param count how many inputs
   * @param workspace where {@link #prepareInputGradient} has been
   */
  void inputGradient(
      DenseShape shape,
      float[] dy,
      float[] parameters,
      float[] dx,
      int rows,
      int k,
      int count,
      Workspace workspace);

  /**
   * {@link #inputGradient} of one row for some inputs, without preparation.
   *
   * @param inputs which, {@code count} of them; the others of dx stay as they are
   */
  void inputGradientOfOne(
      DenseShape shape, float[] dy, float[] parameters, float[] dx, int[] inputs, int count);
}
