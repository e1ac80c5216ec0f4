package dev.millrace.engine.kernel;

import static dev.millrace.engine.kernel.Panels.WIDTH;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The register tiles of {@link VectorProducts}: each a loop over the depth whose sums stay in
 * registers. Eight to sixteen independent chains hide the latency of the fused multiply-add.
 *
 * <p>Why they are fast: the species is a constant, the right operand advances by a constant, no
 * vector leaves a method, and a tile has no more sums and operands than there are registers.
 */
final class VectorTiles {
  /**
   * The machine's preferred width; a width it lacks would fall back to objects, 70 times slower.
   */
  static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;

  static final int LENGTH = SPECIES.length();
  private static final int BLOCK = Workspace.BLOCK;

  private VectorTiles() {}

  /** Four packed rows of a times four vectors of b, bVector apart. */
  static void tile4x4(
      float[] a,
      int aOffset,
      int depth,
      float[] b,
      int bOffset,
      int bVector,
      float[] start,
      int startOffset,
      float[] c,
      int cOffset,
      int cRow,
      int cVector) {
    int b1At = bOffset + bVector;
    int b2At = bOffset + 2 * bVector;
    int b3At = bOffset + 3 * bVector;
    FloatVector c00 = FloatVector.fromArray(SPECIES, start, startOffset);
    FloatVector c01 = FloatVector.fromArray(SPECIES, start, startOffset + LENGTH);
    FloatVector c02 = FloatVector.fromArray(SPECIES, start, startOffset + 2 * LENGTH);
    FloatVector c03 = FloatVector.fromArray(SPECIES, start, startOffset + 3 * LENGTH);
    FloatVector c10 = c00;
    FloatVector c11 = c01;
    FloatVector c12 = c02;
    FloatVector c13 = c03;
    FloatVector c20 = c00;
    FloatVector c21 = c01;
    FloatVector c22 = c02;
    FloatVector c23 = c03;
    FloatVector c30 = c00;
    FloatVector c31 = c01;
    FloatVector c32 = c02;
    FloatVector c33 = c03;
    for (int k = 0; k < depth; k++) {
      int aAt = aOffset + k * BLOCK;
      FloatVector b0 = FloatVector.fromArray(SPECIES, b, bOffset + k * WIDTH);
      FloatVector b1 = FloatVector.fromArray(SPECIES, b, b1At + k * WIDTH);
      FloatVector b2 = FloatVector.fromArray(SPECIES, b, b2At + k * WIDTH);
      FloatVector b3 = FloatVector.fromArray(SPECIES, b, b3At + k * WIDTH);
      FloatVector a0 = FloatVector.broadcast(SPECIES, a[aAt]);
      c00 = a0.fma(b0, c00);
      c01 = a0.fma(b1, c01);
      c02 = a0.fma(b2, c02);
      c03 = a0.fma(b3, c03);
      FloatVector a1 = FloatVector.broadcast(SPECIES, a[aAt + 1]);
      c10 = a1.fma(b0, c10);
      c11 = a1.fma(b1, c11);
      c12 = a1.fma(b2, c12);
      c13 = a1.fma(b3, c13);
      FloatVector a2 = FloatVector.broadcast(SPECIES, a[aAt + 2]);
      c20 = a2.fma(b0, c20);
      c21 = a2.fma(b1, c21);
      c22 = a2.fma(b2, c22);
      c23 = a2.fma(b3, c23);
      FloatVector a3 = FloatVector.broadcast(SPECIES, a[aAt + 3]);
      c30 = a3.fma(b0, c30);
      c31 = a3.fma(b1, c31);
      c32 = a3.fma(b2, c32);
      c33 = a3.fma(b3, c33);
    }
    c00.intoArray(c, cOffset);
    c01.intoArray(c, cOffset + cVector);
    c02.intoArray(c, cOffset + 2 * cVector);
    c03.intoArray(c, cOffset + 3 * cVector);
    c10.intoArray(c, cOffset + cRow);
    c11.intoArray(c, cOffset + cRow + cVector);
    c12.intoArray(c, cOffset + cRow + 2 * cVector);
    c13.intoArray(c, cOffset + cRow + 3 * cVector);
    c20.intoArray(c, cOffset + 2 * cRow);
    c21.intoArray(c, cOffset + 2 * cRow + cVector);
    c22.intoArray(c, cOffset + 2 * cRow + 2 * cVector);
    c23.intoArray(c, cOffset + 2 * cRow + 3 * cVector);
    c30.intoArray(c, cOffset + 3 * cRow);
    c31.intoArray(c, cOffset + 3 * cRow + cVector);
    c32.intoArray(c, cOffset + 3 * cRow + 2 * cVector);
    c33.intoArray(c, cOffset + 3 * cRow + 3 * cVector);
  }

  /** Four packed rows of a times two vectors of b, bVector apart. */
  static void tile4x2(
      float[] a,
      int aOffset,
      int depth,
      float[] b,
      int bOffset,
      int bVector,
      float[] start,
      int startOffset,
      float[] c,
      int cOffset,
      int cRow,
      int cVector) {
    int b1At = bOffset + bVector;
    FloatVector c00 = FloatVector.fromArray(SPECIES, start, startOffset);
    FloatVector c01 = FloatVector.fromArray(SPECIES, start, startOffset + LENGTH);
    FloatVector c10 = c00;
    FloatVector c11 = c01;
    FloatVector c20 = c00;
    FloatVector c21 = c01;
    FloatVector c30 = c00;
    FloatVector c31 = c01;
    for (int k = 0; k < depth; k++) {
      int aAt = aOffset + k * BLOCK;
      FloatVector b0 = FloatVector.fromArray(SPECIES, b, bOffset + k * WIDTH);
      FloatVector b1 = FloatVector.fromArray(SPECIES, b, b1At + k * WIDTH);
      FloatVector a0 = FloatVector.broadcast(SPECIES, a[aAt]);
      c00 = a0.fma(b0, c00);
      c01 = a0.fma(b1, c01);
      FloatVector a1 = FloatVector.broadcast(SPECIES, a[aAt + 1]);
      c10 = a1.fma(b0, c10);
      c11 = a1.fma(b1, c11);
      FloatVector a2 = FloatVector.broadcast(SPECIES, a[aAt + 2]);
      c20 = a2.fma(b0, c20);
      c21 = a2.fma(b1, c21);
      FloatVector a3 = FloatVector.broadcast(SPECIES, a[aAt + 3]);
      c30 = a3.fma(b0, c30);
      c31 = a3.fma(b1, c31);
    }
    c00.intoArray(c, cOffset);
    c01.intoArray(c, cOffset + cVector);
    c10.intoArray(c, cOffset + cRow);
    c11.intoArray(c, cOffset + cRow + cVector);
    c20.intoArray(c, cOffset + 2 * cRow);
    c21.intoArray(c, cOffset + 2 * cRow + cVector);
    c30.intoArray(c, cOffset + 3 * cRow);
    c31.intoArray(c, cOffset + 3 * cRow + cVector);
  }

  /** Four packed rows of a times one vector of b. */
  static void tile4x1(
      float[] a,
      int aOffset,
      int depth,
      float[] b,
      int bOffset,
      float[] start,
      int startOffset,
      float[] c,
      int cOffset,
      int cRow) {
    FloatVector c00 = FloatVector.fromArray(SPECIES, start, startOffset);
    FloatVector c10 = c00;
    FloatVector c20 = c00;
    FloatVector c30 = c00;
    for (int k = 0; k < depth; k++) {
      int aAt = aOffset + k * BLOCK;
      FloatVector b0 = FloatVector.fromArray(SPECIES, b, bOffset + k * WIDTH);
      FloatVector a0 = FloatVector.broadcast(SPECIES, a[aAt]);
      c00 = a0.fma(b0, c00);
      FloatVector a1 = FloatVector.broadcast(SPECIES, a[aAt + 1]);
      c10 = a1.fma(b0, c10);
      FloatVector a2 = FloatVector.broadcast(SPECIES, a[aAt + 2]);
      c20 = a2.fma(b0, c20);
      FloatVector a3 = FloatVector.broadcast(SPECIES, a[aAt + 3]);
      c30 = a3.fma(b0, c30);
    }
    c00.intoArray(c, cOffset);
    c10.intoArray(c, cOffset + cRow);
    c20.intoArray(c, cOffset + 2 * cRow);
    c30.intoArray(c, cOffset + 3 * cRow);
  }

  /** One row of a, not packed, times four vectors of b: those of the columns from column on. */
  static void row4(
      float[] a,
      int aOffset,
      int depth,
      float[] b,
      int bOffset,
      int bPanel,
      int column,
      float[] start,
      int startOffset,
      float[] c,
      int cOffset) {
    int b0 = bOffset + vectorOffset(column, bPanel);
    int b1 = bOffset + vectorOffset(column + LENGTH, bPanel);
    int b2 = bOffset + vectorOffset(column + 2 * LENGTH, bPanel);
    int b3 = bOffset + vectorOffset(column + 3 * LENGTH, bPanel);
    FloatVector c0 = FloatVector.fromArray(SPECIES, start, startOffset);
    FloatVector c1 = FloatVector.fromArray(SPECIES, start, startOffset + LENGTH);
    FloatVector c2 = FloatVector.fromArray(SPECIES, start, startOffset + 2 * LENGTH);
    FloatVector c3 = FloatVector.fromArray(SPECIES, start, startOffset + 3 * LENGTH);
    for (int k = 0; k < depth; k++) {
      FloatVector a0 = FloatVector.broadcast(SPECIES, a[aOffset + k]);
      c0 = a0.fma(FloatVector.fromArray(SPECIES, b, b0 + k * WIDTH), c0);
      c1 = a0.fma(FloatVector.fromArray(SPECIES, b, b1 + k * WIDTH), c1);
      c2 = a0.fma(FloatVector.fromArray(SPECIES, b, b2 + k * WIDTH), c2);
      c3 = a0.fma(FloatVector.fromArray(SPECIES, b, b3 + k * WIDTH), c3);
    }
    c0.intoArray(c, cOffset);
    c1.intoArray(c, cOffset + LENGTH);
    c2.intoArray(c, cOffset + 2 * LENGTH);
    c3.intoArray(c, cOffset + 3 * LENGTH);
  }

  private static int vectorOffset(int column, int bPanel) {
    return column / WIDTH * bPanel + column % WIDTH;
  }

  /** One row of a, not packed, times one vector of b. */
  static void row1(
      float[] a,
      int aOffset,
      int depth,
      float[] b,
      int bOffset,
      float[] start,
      int startOffset,
      float[] c,
      int cOffset) {
    FloatVector c0 = FloatVector.fromArray(SPECIES, start, startOffset);
    for (int k = 0; k < depth; k++) {
      FloatVector a0 = FloatVector.broadcast(SPECIES, a[aOffset + k]);
      c0 = a0.fma(FloatVector.fromArray(SPECIES, b, bOffset + k * WIDTH), c0);
    }
    c0.intoArray(c, cOffset);
  }

  /** The sums of the columns of a panel [rows][16]. */
  static void sumRows(float[] a, int aOffset, int rows, float[] c, int cOffset) {
    for (int lane = 0; lane < WIDTH; lane += LENGTH) {
      FloatVector sum = FloatVector.zero(SPECIES);
      for (int row = 0; row < rows; row++) {
        sum = sum.add(FloatVector.fromArray(SPECIES, a, aOffset + lane + row * WIDTH));
      }
      sum.intoArray(c, cOffset + lane);
    }
  }

  /** Eight rows of W times two vectors of dy turned, [depth][2 lanes]. */
  static void turned8x2(
      float[] w, int wOffset, int wPanel, int depth, float[] dy, float[] dx, int dxOffset) {
    FloatVector c00 = FloatVector.zero(SPECIES);
    FloatVector c01 = FloatVector.zero(SPECIES);
    FloatVector c10 = FloatVector.zero(SPECIES);
    FloatVector c11 = FloatVector.zero(SPECIES);
    FloatVector c20 = FloatVector.zero(SPECIES);
    FloatVector c21 = FloatVector.zero(SPECIES);
    FloatVector c30 = FloatVector.zero(SPECIES);
    FloatVector c31 = FloatVector.zero(SPECIES);
    FloatVector c40 = FloatVector.zero(SPECIES);
    FloatVector c41 = FloatVector.zero(SPECIES);
    FloatVector c50 = FloatVector.zero(SPECIES);
    FloatVector c51 = FloatVector.zero(SPECIES);
    FloatVector c60 = FloatVector.zero(SPECIES);
    FloatVector c61 = FloatVector.zero(SPECIES);
    FloatVector c70 = FloatVector.zero(SPECIES);
    FloatVector c71 = FloatVector.zero(SPECIES);
    for (int j0 = 0; j0 < depth; j0 += WIDTH) {
      int width = Math.min(WIDTH, depth - j0);
      int wAt = wOffset + j0 / WIDTH * wPanel;
      int dyAt = j0 * 2 * LENGTH;
      for (int j = 0; j < width; j++) {
        FloatVector b0 = FloatVector.fromArray(SPECIES, dy, dyAt + j * (2 * LENGTH));
        FloatVector b1 = FloatVector.fromArray(SPECIES, dy, dyAt + j * (2 * LENGTH) + LENGTH);
        FloatVector a0 = FloatVector.broadcast(SPECIES, w[wAt + j]);
        c00 = a0.fma(b0, c00);
        c01 = a0.fma(b1, c01);
        FloatVector a1 = FloatVector.broadcast(SPECIES, w[wAt + j + WIDTH]);
        c10 = a1.fma(b0, c10);
        c11 = a1.fma(b1, c11);
        FloatVector a2 = FloatVector.broadcast(SPECIES, w[wAt + j + 2 * WIDTH]);
        c20 = a2.fma(b0, c20);
        c21 = a2.fma(b1, c21);
        FloatVector a3 = FloatVector.broadcast(SPECIES, w[wAt + j + 3 * WIDTH]);
        c30 = a3.fma(b0, c30);
        c31 = a3.fma(b1, c31);
        FloatVector a4 = FloatVector.broadcast(SPECIES, w[wAt + j + 4 * WIDTH]);
        c40 = a4.fma(b0, c40);
        c41 = a4.fma(b1, c41);
        FloatVector a5 = FloatVector.broadcast(SPECIES, w[wAt + j + 5 * WIDTH]);
        c50 = a5.fma(b0, c50);
        c51 = a5.fma(b1, c51);
        FloatVector a6 = FloatVector.broadcast(SPECIES, w[wAt + j + 6 * WIDTH]);
        c60 = a6.fma(b0, c60);
        c61 = a6.fma(b1, c61);
        FloatVector a7 = FloatVector.broadcast(SPECIES, w[wAt + j + 7 * WIDTH]);
        c70 = a7.fma(b0, c70);
        c71 = a7.fma(b1, c71);
      }
    }
    c00.intoArray(dx, dxOffset);
    c01.intoArray(dx, dxOffset + LENGTH);
    c10.intoArray(dx, dxOffset + 2 * LENGTH);
    c11.intoArray(dx, dxOffset + 3 * LENGTH);
    c20.intoArray(dx, dxOffset + 4 * LENGTH);
    c21.intoArray(dx, dxOffset + 5 * LENGTH);
    c30.intoArray(dx, dxOffset + 6 * LENGTH);
    c31.intoArray(dx, dxOffset + 7 * LENGTH);
    c40.intoArray(dx, dxOffset + 8 * LENGTH);
    c41.intoArray(dx, dxOffset + 9 * LENGTH);
    c50.intoArray(dx, dxOffset + 10 * LENGTH);
    c51.intoArray(dx, dxOffset + 11 * LENGTH);
    c60.intoArray(dx, dxOffset + 12 * LENGTH);
    c61.intoArray(dx, dxOffset + 13 * LENGTH);
    c70.intoArray(dx, dxOffset + 14 * LENGTH);
    c71.intoArray(dx, dxOffset + 15 * LENGTH);
  }

  /** Eight rows of W times one vector of dy turned, [depth][lanes]. */
  static void turned8x1(
      float[] w, int wOffset, int wPanel, int depth, float[] dy, float[] dx, int dxOffset) {
    FloatVector c00 = FloatVector.zero(SPECIES);
    FloatVector c10 = FloatVector.zero(SPECIES);
    FloatVector c20 = FloatVector.zero(SPECIES);
    FloatVector c30 = FloatVector.zero(SPECIES);
    FloatVector c40 = FloatVector.zero(SPECIES);
    FloatVector c50 = FloatVector.zero(SPECIES);
    FloatVector c60 = FloatVector.zero(SPECIES);
    FloatVector c70 = FloatVector.zero(SPECIES);
    for (int j0 = 0; j0 < depth; j0 += WIDTH) {
      int width = Math.min(WIDTH, depth - j0);
      int wAt = wOffset + j0 / WIDTH * wPanel;
      int dyAt = j0 * LENGTH;
      for (int j = 0; j < width; j++) {
        FloatVector b0 = FloatVector.fromArray(SPECIES, dy, dyAt + j * LENGTH);
        FloatVector a0 = FloatVector.broadcast(SPECIES, w[wAt + j]);
        c00 = a0.fma(b0, c00);
        FloatVector a1 = FloatVector.broadcast(SPECIES, w[wAt + j + WIDTH]);
        c10 = a1.fma(b0, c10);
        FloatVector a2 = FloatVector.broadcast(SPECIES, w[wAt + j + 2 * WIDTH]);
        c20 = a2.fma(b0, c20);
        FloatVector a3 = FloatVector.broadcast(SPECIES, w[wAt + j + 3 * WIDTH]);
        c30 = a3.fma(b0, c30);
        FloatVector a4 = FloatVector.broadcast(SPECIES, w[wAt + j + 4 * WIDTH]);
        c40 = a4.fma(b0, c40);
        FloatVector a5 = FloatVector.broadcast(SPECIES, w[wAt + j + 5 * WIDTH]);
        c50 = a5.fma(b0, c50);
        FloatVector a6 = FloatVector.broadcast(SPECIES, w[wAt + j + 6 * WIDTH]);
        c60 = a6.fma(b0, c60);
        FloatVector a7 = FloatVector.broadcast(SPECIES, w[wAt + j + 7 * WIDTH]);
        c70 = a7.fma(b0, c70);
      }
    }
    c00.intoArray(dx, dxOffset);
    c10.intoArray(dx, dxOffset + LENGTH);
    c20.intoArray(dx, dxOffset + 2 * LENGTH);
    c30.intoArray(dx, dxOffset + 3 * LENGTH);
    c40.intoArray(dx, dxOffset + 4 * LENGTH);
    c50.intoArray(dx, dxOffset + 5 * LENGTH);
    c60.intoArray(dx, dxOffset + 6 * LENGTH);
    c70.intoArray(dx, dxOffset + 7 * LENGTH);
  }

  /** Four rows of W times two vectors of dy turned, [depth][2 lanes]. */
  static void turned4x2(
      float[] w, int wOffset, int wPanel, int depth, float[] dy, float[] dx, int dxOffset) {
    FloatVector c00 = FloatVector.zero(SPECIES);
    FloatVector c01 = FloatVector.zero(SPECIES);
    FloatVector c10 = FloatVector.zero(SPECIES);
    FloatVector c11 = FloatVector.zero(SPECIES);
    FloatVector c20 = FloatVector.zero(SPECIES);
    FloatVector c21 = FloatVector.zero(SPECIES);
    FloatVector c30 = FloatVector.zero(SPECIES);
    FloatVector c31 = FloatVector.zero(SPECIES);
    for (int j0 = 0; j0 < depth; j0 += WIDTH) {
      int width = Math.min(WIDTH, depth - j0);
      int wAt = wOffset + j0 / WIDTH * wPanel;
      int dyAt = j0 * 2 * LENGTH;
      for (int j = 0; j < width; j++) {
        FloatVector b0 = FloatVector.fromArray(SPECIES, dy, dyAt + j * (2 * LENGTH));
        FloatVector b1 = FloatVector.fromArray(SPECIES, dy, dyAt + j * (2 * LENGTH) + LENGTH);
        FloatVector a0 = FloatVector.broadcast(SPECIES, w[wAt + j]);
        c00 = a0.fma(b0, c00);
        c01 = a0.fma(b1, c01);
        FloatVector a1 = FloatVector.broadcast(SPECIES, w[wAt + j + WIDTH]);
        c10 = a1.fma(b0, c10);
        c11 = a1.fma(b1, c11);
        FloatVector a2 = FloatVector.broadcast(SPECIES, w[wAt + j + 2 * WIDTH]);
        c20 = a2.fma(b0, c20);
        c21 = a2.fma(b1, c21);
        FloatVector a3 = FloatVector.broadcast(SPECIES, w[wAt + j + 3 * WIDTH]);
        c30 = a3.fma(b0, c30);
        c31 = a3.fma(b1, c31);
      }
    }
    c00.intoArray(dx, dxOffset);
    c01.intoArray(dx, dxOffset + LENGTH);
    c10.intoArray(dx, dxOffset + 2 * LENGTH);
    c11.intoArray(dx, dxOffset + 3 * LENGTH);
    c20.intoArray(dx, dxOffset + 4 * LENGTH);
    c21.intoArray(dx, dxOffset + 5 * LENGTH);
    c30.intoArray(dx, dxOffset + 6 * LENGTH);
    c31.intoArray(dx, dxOffset + 7 * LENGTH);
  }

  /** One row of W times one vector of dy turned, [depth][lanes]. */
  static void turned1x1(
      float[] w,
      int wOffset,
      int wPanel,
      int depth,
      float[] dy,
      int dyOffset,
      int lanes,
      float[] dx,
      int dxOffset) {
    FloatVector c0 = FloatVector.zero(SPECIES);
    for (int j = 0; j < depth; j++) {
      FloatVector b0 = FloatVector.fromArray(SPECIES, dy, dyOffset + j * lanes);
      FloatVector a0 = FloatVector.broadcast(SPECIES, w[wOffset + j / WIDTH * wPanel + j % WIDTH]);
      c0 = a0.fma(b0, c0);
    }
    c0.intoArray(dx, dxOffset);
  }

  /** Eight rows of W times one row of dy, in scalars: eight chains, as many loads as products. */
  static void scalar8(
      float[] w, int wOffset, int wPanel, int depth, float[] dy, float[] dx, int dxOffset) {

    float c0 = 0f;
    float c1 = 0f;
    float c2 = 0f;
    float c3 = 0f;
    float c4 = 0f;
    float c5 = 0f;
    float c6 = 0f;
    float c7 = 0f;
    for (int j0 = 0; j0 < depth; j0 += WIDTH) {
      int width = Math.min(WIDTH, depth - j0);
      int wAt = wOffset + j0 / WIDTH * wPanel;
      for (int j = 0; j < width; j++) {
        float a = dy[j0 + j];
        c0 = Math.fma(a, w[wAt + j], c0);
        c1 = Math.fma(a, w[wAt + j + WIDTH], c1);
        c2 = Math.fma(a, w[wAt + j + 2 * WIDTH], c2);
        c3 = Math.fma(a, w[wAt + j + 3 * WIDTH], c3);
        c4 = Math.fma(a, w[wAt + j + 4 * WIDTH], c4);
        c5 = Math.fma(a, w[wAt + j + 5 * WIDTH], c5);
        c6 = Math.fma(a, w[wAt + j + 6 * WIDTH], c6);
        c7 = Math.fma(a, w[wAt + j + 7 * WIDTH], c7);
      }
    }
    dx[dxOffset] = c0;
    dx[dxOffset + 1] = c1;
    dx[dxOffset + 2] = c2;
    dx[dxOffset + 3] = c3;
    dx[dxOffset + 4] = c4;
    dx[dxOffset + 5] = c5;
    dx[dxOffset + 6] = c6;
    dx[dxOffset + 7] = c7;
  }
}
