package dev.millrace.engine.kernel;

/**
 * How a matrix [rows][columns] lies in an array so that a product reads it in one direction: cut
 * into panels of {@value #WIDTH} columns, each panel row-major. The last panel is filled up with
 * zeros, which stay zeros.
 *
 * <pre>
 *   panel 0: row 0 [16], row 1 [16], …, row rows-1 [16]     panel 1: row 0 [16], …
 * </pre>
 *
 * <p>The width is the same on every machine: one vector of 512 bits, two of 256, four of 128. Rows
 * that lay a power of two apart, as those of a row-major matrix often do, would share few sets of
 * the cache.
 */
public final class Panels {
  /** Columns of a panel. */
  public static final int WIDTH = 16;

  private Panels() {}

  /** The number of panels of so many columns. */
  public static int count(int columns) {
    return (columns + WIDTH - 1) / WIDTH;
  }

  /** The columns with those that fill the last panel up. */
  public static int padded(int columns) {
    return count(columns) * WIDTH;
  }

  /** The length of a matrix in panels. */
  public static long length(int rows, int columns) {
    return (long) rows * padded(columns);
  }

  /** Where an element lies, from the beginning of the matrix. */
  public static int index(int rows, int row, int column) {
    return (column / WIDTH * rows + row) * WIDTH + column % WIDTH;
  }

  /** Copies a row-major matrix into panels, filling the last one up. */
  static void pack(float[] a, int offset, int rows, int columns, float[] panels) {
    for (int panel = 0; panel < count(columns); panel++) {
      int width = Math.min(WIDTH, columns - panel * WIDTH);
      for (int row = 0; row < rows; row++) {
        int from = offset + row * columns + panel * WIDTH;
        int to = (panel * rows + row) * WIDTH;
        System.arraycopy(a, from, panels, to, width);
        for (int lane = width; lane < WIDTH; lane++) {
          panels[to + lane] = 0f;
        }
      }
    }
  }
}
