package dev.millrace.engine.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * The products c = start + a·b of the vector kernels, by register tiles.
 *
 * <p>A tile is four rows by two vectors: eight independent chains hide the latency of the fused
 * multiply-add, and with their operands fit into 16 vector registers. The left operand is packed in
 * blocks of four rows, [block][k][4]; the right one is row-major with any stride. Vectors run
 * across columns, so that every element stays one chain over k.
 */
final class VectorProducts {
  /**
   * The machine's preferred width; a width it lacks would fall back to objects, 70 times slower.
   */
  static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;

  static final int LENGTH = SPECIES.length();
  static final int PANEL = 2 * LENGTH;

  private static final FloatVector NUMBERS = FloatVector.zero(SPECIES).addIndex(1);

  private VectorProducts() {}

  /**
   * The first lanes, all if there are no more. The species' own indexInRange has branches behind
   * which the compiler keeps the mask as an object.
   */
  static VectorMask<Float> first(int lanes) {
    return NUMBERS.compare(VectorOperators.LT, (float) lanes);
  }

  /**
   * Blocks of four rows of c. A panel of b that several blocks share is copied together first: its
   * rows, a power of two apart, would fall into few sets of the cache.
   *
   * @param panel room for [depth][PANEL]
   * @param a packed blocks, from index 0
   * @param start what each row of c starts from, from startOffset
   * @param columns of c, of b, and of start; c and b have their rows columns and bStride apart
   */
  static void blocks(
      float[] a,
      int blocks,
      int depth,
      float[] b,
      int bOffset,
      float[] start,
      int startOffset,
      int startStep,
      float[] c,
      int cOffset,
      int columns,
      float[] panel) {
    int fullColumns = columns - columns % PANEL;
    boolean shared = blocks >= 4;
    float[] right = shared ? panel : b;
    int stride = shared ? PANEL : columns;
    for (int j = 0; j < fullColumns; j += PANEL) {
      if (shared) {
        copyPanel(b, bOffset + j, columns, depth, panel);
      }
      int from = shared ? 0 : bOffset + j;
      for (int block = 0; block < blocks; block++) {
        int cTile = cOffset + 4 * block * columns + j;
        int s = startOffset + j * startStep;
        tile4x2(a, 4 * block * depth, depth, right, from, stride, start, s, c, cTile, columns);
      }
    }
    for (int j = fullColumns; j < columns; j += LENGTH) {
      for (int block = 0; block < blocks; block++) {
        int cTile = cOffset + 4 * block * columns + j;
        int s = startOffset + j * startStep;
        tile4x1(
            a,
            4 * block * depth,
            depth,
            b,
            bOffset + j,
            columns,
            start,
            s,
            c,
            cTile,
            columns,
            columns - j);
      }
    }
  }

  private static void copyPanel(float[] b, int offset, int stride, int depth, float[] panel) {
    for (int k = 0; k < depth; k++) {
      int from = offset + k * stride;
      FloatVector.fromArray(SPECIES, b, from).intoArray(panel, k * PANEL);
      FloatVector.fromArray(SPECIES, b, from + LENGTH).intoArray(panel, k * PANEL + LENGTH);
    }
  }

  /** Four rows by two vectors. */
  static void tile4x2(
      float[] a,
      int aOffset,
      int depth,
      float[] b,
      int bOffset,
      int bStride,
      float[] start,
      int startOffset,
      float[] c,
      int cOffset,
      int cStride) {
    FloatVector s0 = FloatVector.fromArray(SPECIES, start, startOffset);
    FloatVector s1 = FloatVector.fromArray(SPECIES, start, startOffset + LENGTH);
    FloatVector c00 = s0;
    FloatVector c01 = s1;
    FloatVector c10 = s0;
    FloatVector c11 = s1;
    FloatVector c20 = s0;
    FloatVector c21 = s1;
    FloatVector c30 = s0;
    FloatVector c31 = s1;
    for (int k = 0; k < depth; k++) {
      int bRow = bOffset + k * bStride;
      int aStep = aOffset + k * 4;
      FloatVector b0 = FloatVector.fromArray(SPECIES, b, bRow);
      FloatVector b1 = FloatVector.fromArray(SPECIES, b, bRow + LENGTH);
      FloatVector a0 = FloatVector.broadcast(SPECIES, a[aStep]);
      c00 = a0.fma(b0, c00);
      c01 = a0.fma(b1, c01);
      FloatVector a1 = FloatVector.broadcast(SPECIES, a[aStep + 1]);
      c10 = a1.fma(b0, c10);
      c11 = a1.fma(b1, c11);
      FloatVector a2 = FloatVector.broadcast(SPECIES, a[aStep + 2]);
      c20 = a2.fma(b0, c20);
      c21 = a2.fma(b1, c21);
      FloatVector a3 = FloatVector.broadcast(SPECIES, a[aStep + 3]);
      c30 = a3.fma(b0, c30);
      c31 = a3.fma(b1, c31);
    }
    c00.intoArray(c, cOffset);
    c01.intoArray(c, cOffset + LENGTH);
    c10.intoArray(c, cOffset + cStride);
    c11.intoArray(c, cOffset + cStride + LENGTH);
    c20.intoArray(c, cOffset + 2 * cStride);
    c21.intoArray(c, cOffset + 2 * cStride + LENGTH);
    c30.intoArray(c, cOffset + 3 * cStride);
    c31.intoArray(c, cOffset + 3 * cStride + LENGTH);
  }

  /** Four rows by the first lanes of one vector; all of it if lanes are as many or more. */
  static void tile4x1(
      float[] a,
      int aOffset,
      int depth,
      float[] b,
      int bOffset,
      int bStride,
      float[] start,
      int startOffset,
      float[] c,
      int cOffset,
      int cStride,
      int lanes) {
    VectorMask<Float> mask = first(lanes);
    FloatVector c0 = FloatVector.fromArray(SPECIES, start, startOffset, mask);
    FloatVector c1 = c0;
    FloatVector c2 = c0;
    FloatVector c3 = c0;
    for (int k = 0; k < depth; k++) {
      int aStep = aOffset + k * 4;
      FloatVector b0 = FloatVector.fromArray(SPECIES, b, bOffset + k * bStride, mask);
      c0 = FloatVector.broadcast(SPECIES, a[aStep]).fma(b0, c0);
      c1 = FloatVector.broadcast(SPECIES, a[aStep + 1]).fma(b0, c1);
      c2 = FloatVector.broadcast(SPECIES, a[aStep + 2]).fma(b0, c2);
      c3 = FloatVector.broadcast(SPECIES, a[aStep + 3]).fma(b0, c3);
    }
    c0.intoArray(c, cOffset, mask);
    c1.intoArray(c, cOffset + cStride, mask);
    c2.intoArray(c, cOffset + 2 * cStride, mask);
    c3.intoArray(c, cOffset + 3 * cStride, mask);
  }

  /**
   * One row of c, whose left operand is not packed.
   *
   * @param aStride from one k to the next in a
   */
  static void row(
      float[] a,
      int aOffset,
      int aStride,
      int depth,
      float[] b,
      int bOffset,
      float[] start,
      int startOffset,
      int startStep,
      float[] c,
      int cOffset,
      int columns) {
    int fullColumns = columns - columns % (4 * LENGTH);
    for (int j = 0; j < fullColumns; j += 4 * LENGTH) {
      int s = startOffset + j * startStep;
      tile1x4(a, aOffset, aStride, depth, b, bOffset + j, columns, start, s, c, cOffset + j);
    }
    for (int j = fullColumns; j < columns; j += LENGTH) {
      int s = startOffset + j * startStep;
      tile1x1(
          a,
          aOffset,
          aStride,
          depth,
          b,
          bOffset + j,
          columns,
          start,
          s,
          c,
          cOffset + j,
          columns - j);
    }
  }

  /** One row by four vectors. */
  private static void tile1x4(
      float[] a,
      int aOffset,
      int aStride,
      int depth,
      float[] b,
      int bOffset,
      int bStride,
      float[] start,
      int startOffset,
      float[] c,
      int cOffset) {
    FloatVector c0 = FloatVector.fromArray(SPECIES, start, startOffset);
    FloatVector c1 = FloatVector.fromArray(SPECIES, start, startOffset + LENGTH);
    FloatVector c2 = FloatVector.fromArray(SPECIES, start, startOffset + 2 * LENGTH);
    FloatVector c3 = FloatVector.fromArray(SPECIES, start, startOffset + 3 * LENGTH);
    for (int k = 0; k < depth; k++) {
      int bRow = bOffset + k * bStride;
      FloatVector a0 = FloatVector.broadcast(SPECIES, a[aOffset + k * aStride]);
      c0 = a0.fma(FloatVector.fromArray(SPECIES, b, bRow), c0);
      c1 = a0.fma(FloatVector.fromArray(SPECIES, b, bRow + LENGTH), c1);
      c2 = a0.fma(FloatVector.fromArray(SPECIES, b, bRow + 2 * LENGTH), c2);
      c3 = a0.fma(FloatVector.fromArray(SPECIES, b, bRow + 3 * LENGTH), c3);
    }
    c0.intoArray(c, cOffset);
    c1.intoArray(c, cOffset + LENGTH);
    c2.intoArray(c, cOffset + 2 * LENGTH);
    c3.intoArray(c, cOffset + 3 * LENGTH);
  }

  /** One row by the first lanes of one vector; all of it if lanes are as many or more. */
  static void tile1x1(
      float[] a,
      int aOffset,
      int aStride,
      int depth,
      float[] b,
      int bOffset,
      int bStride,
      float[] start,
      int startOffset,
      float[] c,
      int cOffset,
      int lanes) {
    VectorMask<Float> mask = first(lanes);
    FloatVector c0 = FloatVector.fromArray(SPECIES, start, startOffset, mask);
    for (int k = 0; k < depth; k++) {
      FloatVector b0 = FloatVector.fromArray(SPECIES, b, bOffset + k * bStride, mask);
      c0 = FloatVector.broadcast(SPECIES, a[aOffset + k * aStride]).fma(b0, c0);
    }
    c0.intoArray(c, cOffset, mask);
  }
}
