package dev.millrace.engine.kernel;

import static dev.millrace.engine.kernel.Panels.WIDTH;
import static dev.millrace.engine.kernel.VectorTiles.LENGTH;
import static dev.millrace.engine.kernel.VectorTiles.SPECIES;

import jdk.incubator.vector.FloatVector;

/**
 * The register tiles of an input gradient: rows of W, broadcast, times vectors that run across the
 * rows of the batch. dy is turned, [outputs][lanes], and so is dx, [inputs][lanes].
 *
 * <p>They go through the panels of W in two loops, so that within a panel every address advances by
 * a constant.
 */
final class TurnedTiles {
  private TurnedTiles() {}

  /** Eight rows of W times two vectors of dy turned, [depth][2 lanes]. */
  static void tile8x2(
      float[] w,
      int wOffset,
      int wPanel,
      int depth,
      float[] dy,
      int dyOffset,
      float[] dx,
      int dxOffset) {
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
      int dyAt = dyOffset + j0 * 2 * LENGTH;
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
  static void tile8x1(
      float[] w,
      int wOffset,
      int wPanel,
      int depth,
      float[] dy,
      int dyOffset,
      float[] dx,
      int dxOffset) {
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
      int dyAt = dyOffset + j0 * LENGTH;
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
  static void tile4x2(
      float[] w,
      int wOffset,
      int wPanel,
      int depth,
      float[] dy,
      int dyOffset,
      float[] dx,
      int dxOffset) {
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
      int dyAt = dyOffset + j0 * 2 * LENGTH;
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
  static void tile1x1(
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

  /** One row of dy times eight rows of W, which need not follow each other. */
  static void scalar8(
      float[] w,
      int wOffset,
      int wPanel,
      int depth,
      float[] dy,
      float[] dx,
      int[] inputs,
      int first) {
    int k0 = inputs[first] * WIDTH;
    int k1 = inputs[first + 1] * WIDTH;
    int k2 = inputs[first + 2] * WIDTH;
    int k3 = inputs[first + 3] * WIDTH;
    int k4 = inputs[first + 4] * WIDTH;
    int k5 = inputs[first + 5] * WIDTH;
    int k6 = inputs[first + 6] * WIDTH;
    int k7 = inputs[first + 7] * WIDTH;
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
        c0 = Math.fma(a, w[wAt + j + k0], c0);
        c1 = Math.fma(a, w[wAt + j + k1], c1);
        c2 = Math.fma(a, w[wAt + j + k2], c2);
        c3 = Math.fma(a, w[wAt + j + k3], c3);
        c4 = Math.fma(a, w[wAt + j + k4], c4);
        c5 = Math.fma(a, w[wAt + j + k5], c5);
        c6 = Math.fma(a, w[wAt + j + k6], c6);
        c7 = Math.fma(a, w[wAt + j + k7], c7);
      }
    }
    dx[inputs[first]] = c0;
    dx[inputs[first + 1]] = c1;
    dx[inputs[first + 2]] = c2;
    dx[inputs[first + 3]] = c3;
    dx[inputs[first + 4]] = c4;
    dx[inputs[first + 5]] = c5;
    dx[inputs[first + 6]] = c6;
    dx[inputs[first + 7]] = c7;
  }
}
