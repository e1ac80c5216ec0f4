package dev.millrace.engine.kernel;

import static dev.millrace.engine.kernel.Panels.WIDTH;
import static dev.millrace.engine.kernel.VectorTiles.LENGTH;

/**
 * The products by register tiles. Vectors run across columns (across rows, for the input gradient),
 * so that every element stays one chain.
 *
 * <p>A panel is one vector of 512 bits, two of 256 or four of 128. With 512 bits there are 32
 * registers, and a tile takes four panels; with fewer bits there may be 16, and it takes two
 * vectors.
 */
final class VectorProducts implements Products {
  private static final int BLOCK = Workspace.BLOCK;
  private static final boolean WIDE = LENGTH == WIDTH;

  @Override
  public void packRows(float[] x, int offset, int rows, int inputs, Workspace workspace) {
    int packed = WIDE ? VectorPacking.rows(x, offset, rows, inputs, workspace.left) : 0;
    workspace.packRows(x, offset, rows, inputs, packed);
  }

  @Override
  public void packColumns(float[] x, int offset, int rows, int inputs, Workspace workspace) {
    int packed = WIDE ? VectorPacking.columns(x, offset, rows, inputs, workspace.left) : 0;
    workspace.packColumns(x, offset, rows, inputs, 0, packed);
    if (packed > 0) {
      workspace.packColumns(x, offset, rows, inputs, rows / BLOCK * BLOCK, 0);
    }
  }

  @Override
  public void forward(
      DenseShape shape,
      float[] x,
      int xOffset,
      float[] parameters,
      float[] y,
      int rows,
      int panel,
      int panels,
      Workspace workspace) {
    int outputs = shape.outputs();
    int end = panel + panels;
    int full = Math.min(end, outputs / WIDTH);
    for (int p = panel; p < full; p += PANELS_MAX) {
      int group = Math.min(PANELS_MAX, full - p);
      for (int row = 0; row + BLOCK <= rows; row += BLOCK) {
        int to = row * outputs + p * WIDTH;
        forwardBlock(shape, parameters, p, group, row, y, to, outputs, workspace);
      }
      for (int row = rows / BLOCK * BLOCK; row < rows; row++) {
        int from = xOffset + row * shape.inputs();
        forwardRow(shape, parameters, p, group, x, from, y, row * outputs + p * WIDTH, workspace);
      }
    }
    if (full < end) {
      lastPanel(shape, x, xOffset, parameters, y, rows, workspace);
    }
  }

  /** Four rows of some panels, yRow apart in y. */
  private static void forwardBlock(
      DenseShape shape,
      float[] parameters,
      int panel,
      int panels,
      int row,
      float[] y,
      int to,
      int yRow,
      Workspace workspace) {
    block(
        workspace.left,
        row * shape.inputs(),
        shape.inputs(),
        parameters,
        shape.at(panel, 0),
        shape.inputs() * WIDTH,
        panels,
        shape.hasBias() ? parameters : workspace.zeros,
        shape.hasBias() ? shape.biasOffset() + panel * WIDTH : 0,
        y,
        to,
        yRow,
        WIDTH);
  }

  /** One row of some panels. */
  private static void forwardRow(
      DenseShape shape,
      float[] parameters,
      int panel,
      int panels,
      float[] x,
      int from,
      float[] y,
      int to,
      Workspace workspace) {
    float[] start = shape.hasBias() ? parameters : workspace.zeros;
    int startOffset = shape.hasBias() ? shape.biasOffset() + panel * WIDTH : 0;
    int stride = shape.inputs() * WIDTH;
    int b = shape.at(panel, 0);
    int columns = panels * WIDTH;
    int column = 0;
    for (; column + 4 * LENGTH <= columns; column += 4 * LENGTH) {
      int s = startOffset + column;
      VectorTiles.row4(
          x, from, shape.inputs(), parameters, b, stride, column, start, s, y, to + column);
    }
    for (; column < columns; column += LENGTH) {
      int at = b + column / WIDTH * stride + column % WIDTH;
      VectorTiles.row1(
          x, from, shape.inputs(), parameters, at, start, startOffset + column, y, to + column);
    }
  }

  /** The panel that outputs do not fill: its tiles go through the workspace. */
  private static void lastPanel(
      DenseShape shape,
      float[] x,
      int xOffset,
      float[] parameters,
      float[] y,
      int rows,
      Workspace workspace) {
    int panel = shape.outputs() / WIDTH;
    int width = shape.outputs() % WIDTH;
    float[] tile = workspace.tile;
    for (int row = 0; row < rows; row++) {
      int lane = row % BLOCK;
      if (row / BLOCK * BLOCK + BLOCK > rows) {
        lane = 0;
        int from = xOffset + row * shape.inputs();
        forwardRow(shape, parameters, panel, 1, x, from, tile, 0, workspace);
      } else if (lane == 0) {
        forwardBlock(shape, parameters, panel, 1, row, tile, 0, WIDTH, workspace);
      }
      System.arraycopy(tile, lane * WIDTH, y, row * shape.outputs() + panel * WIDTH, width);
    }
  }

  @Override
  public void weightGradient(
      int rows, int panel, int panels, int k, int count, float[] g, Workspace workspace) {
    for (int i = 0; i < count; i += BLOCK) {
      block(
          workspace.left,
          (k + i) * rows,
          rows,
          workspace.right,
          panel * rows * WIDTH,
          rows * WIDTH,
          panels,
          workspace.zeros,
          0,
          g,
          i * WIDTH,
          WIDTH,
          SLAB_LENGTH);
    }
  }

  /**
   * Four packed rows of a times some panels of b.
   *
   * @param bStride from one panel of b to the next
   * @param start [panels][16], what the chains of each row start from
   * @param cRow from one row of c to the next
   * @param cPanel from one panel of c to the next
   */
  private static void block(
      float[] a,
      int aOffset,
      int depth,
      float[] b,
      int bOffset,
      int bStride,
      int panels,
      float[] start,
      int startOffset,
      float[] c,
      int cOffset,
      int cRow,
      int cPanel) {
    if (WIDE && panels == 4) {
      VectorTiles.tile4x4(
          a, aOffset, depth, b, bOffset, bStride, start, startOffset, c, cOffset, cRow, cPanel);
      return;
    }
    if (WIDE) {
      int p = 0;
      for (; p + 2 <= panels; p += 2) {
        VectorTiles.tile4x2(
            a,
            aOffset,
            depth,
            b,
            bOffset + p * bStride,
            bStride,
            start,
            startOffset + p * WIDTH,
            c,
            cOffset + p * cPanel,
            cRow,
            cPanel);
      }
      if (p < panels) {
        VectorTiles.tile4x1(
            a,
            aOffset,
            depth,
            b,
            bOffset + p * bStride,
            start,
            startOffset + p * WIDTH,
            c,
            cOffset + p * cPanel,
            cRow);
      }
      return;
    }
    for (int p = 0; p < panels; p++) {
      for (int column = 0; column < WIDTH; column += 2 * LENGTH) {
        VectorTiles.tile4x2(
            a,
            aOffset,
            depth,
            b,
            bOffset + p * bStride + column,
            LENGTH,
            start,
            startOffset + p * WIDTH + column,
            c,
            cOffset + p * cPanel + column,
            cRow,
            LENGTH);
      }
    }
  }

  @Override
  public void biasGradient(DenseShape shape, int rows, float[] g, Workspace workspace) {
    for (int panel = 0; panel < shape.panels(); panel++) {
      VectorTiles.sumRows(workspace.right, panel * rows * WIDTH, rows, g, panel * WIDTH);
    }
  }

  /** Turns dy, so that vectors run across the rows of the batch, two vectors at a time. */
  @Override
  public void prepareInputGradient(DenseShape shape, float[] dy, int rows, Workspace workspace) {
    if (rows == 1) {
      return;
    }
    int outputs = shape.outputs();
    for (int row = 0; row < rows; row += 2 * LENGTH) {
      int count = Math.min(2 * LENGTH, rows - row);
      turn(dy, row * outputs, count, outputs, lanes(count), workspace.right, row * outputs);
    }
  }

  private static int lanes(int rows) {
    return rows > LENGTH ? 2 * LENGTH : LENGTH;
  }

  /**
   * A single row has nothing for vectors to run across, and takes eight scalar chains at a time.
   */
  @Override
  public void inputGradient(
      DenseShape shape,
      float[] dy,
      float[] parameters,
      float[] dx,
      int rows,
      int k,
      int count,
      Workspace workspace) {
    if (rows == 1) {
      oneRow(shape, dy, parameters, dx, k, k + count);
      return;
    }
    for (int row = 0; row < rows; row += 2 * LENGTH) {
      int chunk = Math.min(2 * LENGTH, rows - row);
      int dyAt = row * shape.outputs();
      turnedInputGradient(shape, parameters, lanes(chunk), dyAt, k, k + count, workspace);
      turnBack(workspace.left, lanes(chunk), chunk, k, k + count, shape.inputs(), dx, row);
    }
  }

  /**
   * dxᵀ [inputs][lanes] = W·dyᵀ, with dyᵀ [outputs][lanes], for some inputs; those lie behind what
   * the inputs before them could need, since other threads may be at other rows.
   */
  private static void turnedInputGradient(
      DenseShape shape,
      float[] parameters,
      int lanes,
      int dyAt,
      int from,
      int to,
      Workspace workspace) {
    float[] dy = workspace.right;
    float[] dx = workspace.left;
    int dxAt = from * 2 * LENGTH;
    int stride = shape.inputs() * WIDTH;
    boolean two = lanes > LENGTH;
    int step = !two || WIDE ? 8 : 4;
    int k = from;
    for (; k + step <= to; k += step) {
      int at = shape.at(0, k);
      if (!two) {
        TurnedTiles.tile8x1(
            parameters, at, stride, shape.outputs(), dy, dyAt, dx, dxAt + (k - from) * lanes);
      } else if (WIDE) {
        TurnedTiles.tile8x2(
            parameters, at, stride, shape.outputs(), dy, dyAt, dx, dxAt + (k - from) * lanes);
      } else {
        TurnedTiles.tile4x2(
            parameters, at, stride, shape.outputs(), dy, dyAt, dx, dxAt + (k - from) * lanes);
      }
    }
    for (; k < to; k++) {
      for (int lane = 0; lane < lanes; lane += LENGTH) {
        TurnedTiles.tile1x1(
            parameters,
            shape.at(0, k),
            stride,
            shape.outputs(),
            dy,
            dyAt + lane,
            lanes,
            dx,
            dxAt + (k - from) * lanes + lane);
      }
    }
  }

  /** Rows [rows][columns] become [columns][lanes]; the lanes beyond the rows become 0. */
  private static void turn(
      float[] a, int offset, int rows, int columns, int lanes, float[] turned, int to) {
    for (int row = 0; row < rows; row++) {
      int from = offset + row * columns;
      for (int j = 0; j < columns; j++) {
        turned[to + j * lanes + row] = a[from + j];
      }
    }
    for (int row = rows; row < lanes; row++) {
      for (int j = 0; j < columns; j++) {
        turned[to + j * lanes + row] = 0f;
      }
    }
  }

  /** Some columns of [columns][lanes] become those of rows. */
  private static void turnBack(
      float[] turned,
      int lanes,
      int rows,
      int from,
      int end,
      int columns,
      float[] a,
      int firstRow) {
    for (int row = 0; row < rows; row++) {
      int to = (firstRow + row) * columns;
      for (int j = from; j < end; j++) {
        a[to + j] = turned[from * 2 * LENGTH + (j - from) * lanes + row];
      }
    }
  }

  @Override
  public void inputGradientOfOne(
      DenseShape shape, float[] dy, float[] parameters, float[] dx, int[] inputs, int count) {
    int at = shape.at(0, 0);
    int stride = shape.inputs() * WIDTH;
    int i = 0;
    for (; i + 8 <= count && shape.outputs() > 1; i += 8) {
      TurnedTiles.scalar8(parameters, at, stride, shape.outputs(), dy, dx, inputs, i);
    }
    for (; i < count; i++) {
      int k = inputs[i];
      float sum = 0f;
      for (int j = 0; j < shape.outputs(); j++) {
        sum = Math.fma(dy[j], parameters[at + j / WIDTH * stride + k * WIDTH + j % WIDTH], sum);
      }
      dx[k] = sum;
    }
  }

  private static void oneRow(
      DenseShape shape, float[] dy, float[] parameters, float[] dx, int from, int to) {
    int stride = shape.inputs() * WIDTH;
    int k = from;
    for (; k + 8 <= to; k += 8) {
      TurnedTiles.scalar8(parameters, shape.at(0, k), stride, shape.outputs(), dy, dx, k);
    }
    for (; k < to; k++) {
      float sum = 0f;
      for (int j = 0; j < shape.outputs(); j++) {
        float w = parameters[shape.kernelOffset() + Panels.index(shape.inputs(), k, j)];
        sum = Math.fma(dy[j], w, sum);
      }
      dx[k] = sum;
    }
  }
}
