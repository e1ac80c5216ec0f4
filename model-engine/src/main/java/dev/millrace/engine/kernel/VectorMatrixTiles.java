package dev.millrace.engine.kernel;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Tiles of c = c + a·b, in registers over all of k. Vectors run across the columns of b and c,
 * never along a chain.
 */
final class VectorMatrixTiles {
  static final VectorSpecies<Double> SPECIES = DoubleVector.SPECIES_PREFERRED;
  static final int LENGTH = SPECIES.length();
  static final int PANEL = 2 * LENGTH;

  private static final DoubleVector NUMBERS = DoubleVector.zero(SPECIES).addIndex(1);

  private VectorMatrixTiles() {}

  /** The first lanes, all if there are no more: see {@link VectorProducts#first}. */
  private static VectorMask<Double> first(int lanes) {
    return NUMBERS.compare(VectorOperators.LT, (double) lanes);
  }

  /** Copies [depth][PANEL] of b, from column j on. */
  static void copyPanel(MatrixView b, int j, int depth, double[] panel) {
    double[] array = b.array();
    for (int k = 0; k < depth; k++) {
      int from = b.index(k, j);
      DoubleVector.fromArray(SPECIES, array, from).intoArray(panel, k * PANEL);
      DoubleVector.fromArray(SPECIES, array, from + LENGTH).intoArray(panel, k * PANEL + LENGTH);
    }
  }

  /** Four rows by two vectors, of a packed block and a copied panel. */
  static void tile4x2(
      double[] a, int aOffset, int depth, double[] panel, double[] c, int cOffset, int cStride) {
    int row1 = cOffset + cStride;
    int row2 = row1 + cStride;
    int row3 = row2 + cStride;
    DoubleVector c00 = DoubleVector.fromArray(SPECIES, c, cOffset);
    DoubleVector c01 = DoubleVector.fromArray(SPECIES, c, cOffset + LENGTH);
    DoubleVector c10 = DoubleVector.fromArray(SPECIES, c, row1);
    DoubleVector c11 = DoubleVector.fromArray(SPECIES, c, row1 + LENGTH);
    DoubleVector c20 = DoubleVector.fromArray(SPECIES, c, row2);
    DoubleVector c21 = DoubleVector.fromArray(SPECIES, c, row2 + LENGTH);
    DoubleVector c30 = DoubleVector.fromArray(SPECIES, c, row3);
    DoubleVector c31 = DoubleVector.fromArray(SPECIES, c, row3 + LENGTH);
    for (int k = 0; k < depth; k++) {
      int aStep = aOffset + k * 4;
      DoubleVector b0 = DoubleVector.fromArray(SPECIES, panel, k * PANEL);
      DoubleVector b1 = DoubleVector.fromArray(SPECIES, panel, k * PANEL + LENGTH);
      DoubleVector a0 = DoubleVector.broadcast(SPECIES, a[aStep]);
      c00 = a0.fma(b0, c00);
      c01 = a0.fma(b1, c01);
      DoubleVector a1 = DoubleVector.broadcast(SPECIES, a[aStep + 1]);
      c10 = a1.fma(b0, c10);
      c11 = a1.fma(b1, c11);
      DoubleVector a2 = DoubleVector.broadcast(SPECIES, a[aStep + 2]);
      c20 = a2.fma(b0, c20);
      c21 = a2.fma(b1, c21);
      DoubleVector a3 = DoubleVector.broadcast(SPECIES, a[aStep + 3]);
      c30 = a3.fma(b0, c30);
      c31 = a3.fma(b1, c31);
    }
    c00.intoArray(c, cOffset);
    c01.intoArray(c, cOffset + LENGTH);
    c10.intoArray(c, row1);
    c11.intoArray(c, row1 + LENGTH);
    c20.intoArray(c, row2);
    c21.intoArray(c, row2 + LENGTH);
    c30.intoArray(c, row3);
    c31.intoArray(c, row3 + LENGTH);
  }

  /** Four rows by the first lanes of one vector; all of it if lanes are as many or more. */
  static void tile4x1(double[] a, int aOffset, int depth, MatrixView b, MatrixView c, int lanes) {
    VectorMask<Double> mask = first(lanes);
    double[] right = b.array();
    double[] to = c.array();
    DoubleVector c0 = DoubleVector.fromArray(SPECIES, to, c.index(0, 0), mask);
    DoubleVector c1 = DoubleVector.fromArray(SPECIES, to, c.index(1, 0), mask);
    DoubleVector c2 = DoubleVector.fromArray(SPECIES, to, c.index(2, 0), mask);
    DoubleVector c3 = DoubleVector.fromArray(SPECIES, to, c.index(3, 0), mask);
    for (int k = 0; k < depth; k++) {
      int aStep = aOffset + k * 4;
      DoubleVector b0 = DoubleVector.fromArray(SPECIES, right, b.index(k, 0), mask);
      c0 = DoubleVector.broadcast(SPECIES, a[aStep]).fma(b0, c0);
      c1 = DoubleVector.broadcast(SPECIES, a[aStep + 1]).fma(b0, c1);
      c2 = DoubleVector.broadcast(SPECIES, a[aStep + 2]).fma(b0, c2);
      c3 = DoubleVector.broadcast(SPECIES, a[aStep + 3]).fma(b0, c3);
    }
    c0.intoArray(to, c.index(0, 0), mask);
    c1.intoArray(to, c.index(1, 0), mask);
    c2.intoArray(to, c.index(2, 0), mask);
    c3.intoArray(to, c.index(3, 0), mask);
  }

  /** Row i of c, over depth elements of row i of a from column k on, which are not packed. */
  static void row(
      double sign, MatrixView a, int i, int k, int depth, MatrixView b, MatrixView c, int columns) {
    int fullColumns = columns - columns % (4 * LENGTH);
    int aRow = a.index(i, k);
    int to = c.index(i, 0);
    int from = b.index(k, 0);
    int aStep = a.columnStride();
    int bStep = b.rowStride();
    for (int j = 0; j < fullColumns; j += 4 * LENGTH) {
      tile1x4(sign, a.array(), aRow, aStep, depth, b.array(), from + j, bStep, c.array(), to + j);
    }
    for (int j = fullColumns; j < columns; j += LENGTH) {
      tile1x1(
          sign,
          a.array(),
          aRow,
          aStep,
          depth,
          b.array(),
          from + j,
          bStep,
          c.array(),
          to + j,
          columns - j);
    }
  }

  /** One row by four vectors. */
  private static void tile1x4(
      double sign,
      double[] a,
      int aOffset,
      int aStep,
      int depth,
      double[] b,
      int bOffset,
      int bStep,
      double[] c,
      int cOffset) {
    DoubleVector c0 = DoubleVector.fromArray(SPECIES, c, cOffset);
    DoubleVector c1 = DoubleVector.fromArray(SPECIES, c, cOffset + LENGTH);
    DoubleVector c2 = DoubleVector.fromArray(SPECIES, c, cOffset + 2 * LENGTH);
    DoubleVector c3 = DoubleVector.fromArray(SPECIES, c, cOffset + 3 * LENGTH);
    for (int k = 0; k < depth; k++) {
      int bRow = bOffset + k * bStep;
      DoubleVector a0 = DoubleVector.broadcast(SPECIES, sign * a[aOffset + k * aStep]);
      c0 = a0.fma(DoubleVector.fromArray(SPECIES, b, bRow), c0);
      c1 = a0.fma(DoubleVector.fromArray(SPECIES, b, bRow + LENGTH), c1);
      c2 = a0.fma(DoubleVector.fromArray(SPECIES, b, bRow + 2 * LENGTH), c2);
      c3 = a0.fma(DoubleVector.fromArray(SPECIES, b, bRow + 3 * LENGTH), c3);
    }
    c0.intoArray(c, cOffset);
    c1.intoArray(c, cOffset + LENGTH);
    c2.intoArray(c, cOffset + 2 * LENGTH);
    c3.intoArray(c, cOffset + 3 * LENGTH);
  }

  /** One row by the first lanes of one vector; all of it if lanes are as many or more. */
  private static void tile1x1(
      double sign,
      double[] a,
      int aOffset,
      int aStep,
      int depth,
      double[] b,
      int bOffset,
      int bStep,
      double[] c,
      int cOffset,
      int lanes) {
    VectorMask<Double> mask = first(lanes);
    DoubleVector c0 = DoubleVector.fromArray(SPECIES, c, cOffset, mask);
    for (int k = 0; k < depth; k++) {
      DoubleVector b0 = DoubleVector.fromArray(SPECIES, b, bOffset + k * bStep, mask);
      c0 = DoubleVector.broadcast(SPECIES, sign * a[aOffset + k * aStep]).fma(b0, c0);
    }
    c0.intoArray(c, cOffset, mask);
  }

  /** Rows i and second of r from column j on, the first lanes of one vector. */
  static void residual2x1(
      int depth,
      int lanes,
      MatrixView a,
      MatrixView x,
      MatrixView b,
      MatrixView r,
      int i,
      int second,
      int j) {
    VectorMask<Double> mask = first(lanes);
    double[] left = a.array();
    double[] right = x.array();
    DoubleVector sum0 = DoubleVector.fromArray(SPECIES, b.array(), b.index(i, j), mask);
    DoubleVector sum1 = DoubleVector.fromArray(SPECIES, b.array(), b.index(second, j), mask);
    DoubleVector error0 = DoubleVector.zero(SPECIES);
    DoubleVector error1 = error0;
    for (int k = 0; k < depth; k++) {
      DoubleVector xk = DoubleVector.fromArray(SPECIES, right, x.index(k, j), mask);
      DoubleVector factor0 = DoubleVector.broadcast(SPECIES, -left[a.index(i, k)]);
      DoubleVector product0 = factor0.mul(xk);
      DoubleVector productError0 = factor0.fma(xk, product0.neg());
      DoubleVector next0 = sum0.add(product0);
      DoubleVector part0 = next0.sub(sum0);
      DoubleVector sumError0 = sum0.sub(next0.sub(part0)).add(product0.sub(part0));
      sum0 = next0;
      error0 = error0.add(productError0.add(sumError0));
      DoubleVector factor1 = DoubleVector.broadcast(SPECIES, -left[a.index(second, k)]);
      DoubleVector product1 = factor1.mul(xk);
      DoubleVector productError1 = factor1.fma(xk, product1.neg());
      DoubleVector next1 = sum1.add(product1);
      DoubleVector part1 = next1.sub(sum1);
      DoubleVector sumError1 = sum1.sub(next1.sub(part1)).add(product1.sub(part1));
      sum1 = next1;
      error1 = error1.add(productError1.add(sumError1));
    }
    sum0.add(error0).intoArray(r.array(), r.index(i, j), mask);
    sum1.add(error1).intoArray(r.array(), r.index(second, j), mask);
  }

  /** A c of one column: there is nothing to vectorise across but four chains at a time. */
  static void column(double sign, int rows, int inner, MatrixView a, MatrixView b, MatrixView c) {
    int body = rows - rows % 4;
    for (int i = 0; i < body; i += 4) {
      fourChains(sign, inner, a.from(i, 0), b, c.from(i, 0));
    }
    for (int i = body; i < rows; i++) {
      double sum = c.array()[c.index(i, 0)];
      for (int k = 0; k < inner; k++) {
        sum = Math.fma(sign * a.array()[a.index(i, k)], b.array()[b.index(k, 0)], sum);
      }
      c.array()[c.index(i, 0)] = sum;
    }
  }

  private static void fourChains(double sign, int inner, MatrixView a, MatrixView b, MatrixView c) {
    double[] left = a.array();
    double[] right = b.array();
    double[] to = c.array();
    int rowStride = a.rowStride();
    double c0 = to[c.index(0, 0)];
    double c1 = to[c.index(1, 0)];
    double c2 = to[c.index(2, 0)];
    double c3 = to[c.index(3, 0)];
    for (int k = 0; k < inner; k++) {
      int index = a.index(0, k);
      double bk = sign * right[b.index(k, 0)];
      c0 = Math.fma(left[index], bk, c0);
      c1 = Math.fma(left[index + rowStride], bk, c1);
      c2 = Math.fma(left[index + 2 * rowStride], bk, c2);
      c3 = Math.fma(left[index + 3 * rowStride], bk, c3);
    }
    to[c.index(0, 0)] = c0;
    to[c.index(1, 0)] = c1;
    to[c.index(2, 0)] = c2;
    to[c.index(3, 0)] = c3;
  }
}
