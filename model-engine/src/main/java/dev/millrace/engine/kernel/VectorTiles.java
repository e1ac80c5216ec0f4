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
   * The machine's preferred width; a width it lacks would fall back to objects, 70 times slower. No
   * other width of floats may be used in the process: the compiler knows which class of vector a
   * loop carries by what it has seen in the JDK's methods, and with two classes there it makes
   * every sum of a tile an object.
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
}
