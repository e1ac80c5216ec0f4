package dev.millrace.engine.kernel;

import static dev.millrace.engine.kernel.VectorMatrixTiles.LENGTH;
import static dev.millrace.engine.kernel.VectorMatrixTiles.SPECIES;

import java.util.Arrays;
import jdk.incubator.vector.DoubleVector;

/**
 * {@link MatrixKernels#update}: one pass over U, each column read and written once, four columns at
 * a time. The four have the same rows, since 16 have.
 */
final class VectorUdUpdate {
  private static final int GROUP = 4;

  private VectorUdUpdate() {}

  static int update(UdFactor factor, double weight, double forgetting, double limit) {
    double[] u = factor.u;
    double[] d = factor.d;
    double[] b = factor.gain;
    double[] f = factor.columnF;
    double[] g = factor.columnG;
    double[] ratio = factor.columnRatio;
    Arrays.fill(b, 0);
    double alpha = forgetting;
    int cut = 0;
    int column = 0;
    for (int j = 0; j < d.length; j += GROUP) {
      int rows = UdFactor.rows(j);
      int group = Math.min(GROUP, d.length - j);
      dots(u, column, group, factor.x, rows, f, factor.lanes);
      for (int c = 0; c < group; c++) {
        g[c] = weight * d[j + c] * f[c];
        ratio[c] = -f[c] / alpha;
        double next = Math.fma(f[c], g[c], alpha);
        double inflated = d[j + c] * (alpha / next) / forgetting;
        boolean over = inflated > limit;
        d[j + c] = over ? limit : inflated;
        cut += over ? 1 : 0;
        alpha = next;
      }
      if (group == GROUP && f[0] != 0 && f[1] != 0 && f[2] != 0 && f[3] != 0) {
        joinFour(u, column, b, rows, ratio, g);
      } else {
        for (int c = 0; c < group; c++) {
          if (f[c] != 0) {
            join(u, column + c * rows, b, rows, ratio[c], g[c]);
          }
        }
      }
      column += group * rows;
    }
    for (int i = 0; i < d.length; i++) {
      b[i] /= alpha;
    }
    return cut;
  }

  private static void dots(
      double[] u, int column, int group, double[] x, int rows, double[] f, double[] lanes) {
    if (LENGTH == 8 && group == GROUP) {
      fourDots(u, column, x, rows, f, lanes);
    } else {
      for (int c = 0; c < group; c++) {
        f[c] = dot(u, column + c * rows, x, rows, lanes);
      }
    }
  }

  /** Where 16 lanes are two vectors: eight chains at once hide how long each takes. */
  private static void fourDots(
      double[] u, int column, double[] x, int rows, double[] f, double[] lanes) {
    int column1 = column + rows;
    int column2 = column1 + rows;
    int column3 = column2 + rows;
    DoubleVector s00 = DoubleVector.zero(SPECIES);
    DoubleVector s01 = s00;
    DoubleVector s10 = s00;
    DoubleVector s11 = s00;
    DoubleVector s20 = s00;
    DoubleVector s21 = s00;
    DoubleVector s30 = s00;
    DoubleVector s31 = s00;
    for (int i = 0; i < rows; i += Lanes.WIDTH) {
      DoubleVector x0 = DoubleVector.fromArray(SPECIES, x, i);
      DoubleVector x1 = DoubleVector.fromArray(SPECIES, x, i + LENGTH);
      s00 = DoubleVector.fromArray(SPECIES, u, column + i).fma(x0, s00);
      s01 = DoubleVector.fromArray(SPECIES, u, column + i + LENGTH).fma(x1, s01);
      s10 = DoubleVector.fromArray(SPECIES, u, column1 + i).fma(x0, s10);
      s11 = DoubleVector.fromArray(SPECIES, u, column1 + i + LENGTH).fma(x1, s11);
      s20 = DoubleVector.fromArray(SPECIES, u, column2 + i).fma(x0, s20);
      s21 = DoubleVector.fromArray(SPECIES, u, column2 + i + LENGTH).fma(x1, s21);
      s30 = DoubleVector.fromArray(SPECIES, u, column3 + i).fma(x0, s30);
      s31 = DoubleVector.fromArray(SPECIES, u, column3 + i + LENGTH).fma(x1, s31);
    }
    f[0] = fold(s00.add(s01), lanes);
    f[1] = fold(s10.add(s11), lanes);
    f[2] = fold(s20.add(s21), lanes);
    f[3] = fold(s30.add(s31), lanes);
  }

  /** The rest of {@link Lanes#fold}, after 8 lanes have been added onto 8. */
  private static double fold(DoubleVector eight, double[] lanes) {
    eight.intoArray(lanes, 0);
    double even = (lanes[0] + lanes[4]) + (lanes[2] + lanes[6]);
    double odd = (lanes[1] + lanes[5]) + (lanes[3] + lanes[7]);
    return even + odd;
  }

  /** The 16 lanes are two vectors of 512 bits, four of 256 or eight of 128. */
  private static double dot(double[] u, int column, double[] x, int rows, double[] lanes) {
    DoubleVector s0 = DoubleVector.zero(SPECIES);
    DoubleVector s1 = s0;
    DoubleVector s2 = s0;
    DoubleVector s3 = s0;
    DoubleVector s4 = s0;
    DoubleVector s5 = s0;
    DoubleVector s6 = s0;
    DoubleVector s7 = s0;
    for (int i = 0; i < rows; i += Lanes.WIDTH) {
      s0 = chain(u, column + i, x, i, 0, s0);
      s1 = chain(u, column + i, x, i, 1, s1);
      if (LENGTH <= 4) {
        s2 = chain(u, column + i, x, i, 2, s2);
        s3 = chain(u, column + i, x, i, 3, s3);
      }
      if (LENGTH <= 2) {
        s4 = chain(u, column + i, x, i, 4, s4);
        s5 = chain(u, column + i, x, i, 5, s5);
        s6 = chain(u, column + i, x, i, 6, s6);
        s7 = chain(u, column + i, x, i, 7, s7);
      }
    }
    s0.intoArray(lanes, 0);
    s1.intoArray(lanes, LENGTH);
    if (LENGTH <= 4) {
      s2.intoArray(lanes, 2 * LENGTH);
      s3.intoArray(lanes, 3 * LENGTH);
    }
    if (LENGTH <= 2) {
      s4.intoArray(lanes, 4 * LENGTH);
      s5.intoArray(lanes, 5 * LENGTH);
      s6.intoArray(lanes, 6 * LENGTH);
      s7.intoArray(lanes, 7 * LENGTH);
    }
    return Lanes.fold(lanes);
  }

  private static DoubleVector chain(
      double[] u, int uOffset, double[] x, int xOffset, int vector, DoubleVector sum) {
    return DoubleVector.fromArray(SPECIES, u, uOffset + vector * LENGTH)
        .fma(DoubleVector.fromArray(SPECIES, x, xOffset + vector * LENGTH), sum);
  }

  /** The column becomes u + ratio·b, and b becomes b + g·u with the old u. */
  private static void join(double[] u, int column, double[] b, int rows, double ratio, double g) {
    DoubleVector ratios = DoubleVector.broadcast(SPECIES, ratio);
    DoubleVector gs = DoubleVector.broadcast(SPECIES, g);
    for (int i = 0; i < rows; i += LENGTH) {
      DoubleVector old = DoubleVector.fromArray(SPECIES, u, column + i);
      DoubleVector sum = DoubleVector.fromArray(SPECIES, b, i);
      ratios.fma(sum, old).intoArray(u, column + i);
      gs.fma(old, sum).intoArray(b, i);
    }
  }

  /** {@link #join} for four columns, with b in a register meanwhile. */
  private static void joinFour(
      double[] u, int column, double[] b, int rows, double[] ratio, double[] g) {
    int column1 = column + rows;
    int column2 = column1 + rows;
    int column3 = column2 + rows;
    DoubleVector ratio0 = DoubleVector.broadcast(SPECIES, ratio[0]);
    DoubleVector ratio1 = DoubleVector.broadcast(SPECIES, ratio[1]);
    DoubleVector ratio2 = DoubleVector.broadcast(SPECIES, ratio[2]);
    DoubleVector ratio3 = DoubleVector.broadcast(SPECIES, ratio[3]);
    DoubleVector g0 = DoubleVector.broadcast(SPECIES, g[0]);
    DoubleVector g1 = DoubleVector.broadcast(SPECIES, g[1]);
    DoubleVector g2 = DoubleVector.broadcast(SPECIES, g[2]);
    DoubleVector g3 = DoubleVector.broadcast(SPECIES, g[3]);
    for (int i = 0; i < rows; i += LENGTH) {
      DoubleVector sum = DoubleVector.fromArray(SPECIES, b, i);
      DoubleVector old0 = DoubleVector.fromArray(SPECIES, u, column + i);
      ratio0.fma(sum, old0).intoArray(u, column + i);
      sum = g0.fma(old0, sum);
      DoubleVector old1 = DoubleVector.fromArray(SPECIES, u, column1 + i);
      ratio1.fma(sum, old1).intoArray(u, column1 + i);
      sum = g1.fma(old1, sum);
      DoubleVector old2 = DoubleVector.fromArray(SPECIES, u, column2 + i);
      ratio2.fma(sum, old2).intoArray(u, column2 + i);
      sum = g2.fma(old2, sum);
      DoubleVector old3 = DoubleVector.fromArray(SPECIES, u, column3 + i);
      ratio3.fma(sum, old3).intoArray(u, column3 + i);
      g3.fma(old3, sum).intoArray(b, i);
    }
  }
}
