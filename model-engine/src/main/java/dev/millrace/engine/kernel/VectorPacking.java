package dev.millrace.engine.kernel;

import static dev.millrace.engine.kernel.Panels.WIDTH;
import static dev.millrace.engine.kernel.VectorTiles.LENGTH;
import static dev.millrace.engine.kernel.VectorTiles.SPECIES;

import jdk.incubator.vector.FloatVector;

/**
 * {@link Products#packRows} and {@link Products#packColumns} for vectors of 512 bits: four rows of
 * sixteen inputs at a time, woven twice.
 *
 * <p>To weave a and b by so many lanes is to take these from a, then from b, and so on: by 1, a0 b0
 * a1 b1 …; by 4, a0 … a3 b0 … b3 a4 …. The low half of the result is a vector, the high another.
 */
final class VectorPacking {
  private static final int BLOCK = Workspace.BLOCK;
  private static final FloatVector LOW_1 = weave(1, 0);
  private static final FloatVector HIGH_1 = weave(1, LENGTH / 2);
  private static final FloatVector LOW_2 = weave(2, 0);
  private static final FloatVector HIGH_2 = weave(2, LENGTH / 2);
  private static final FloatVector LOW_4 = weave(4, 0);
  private static final FloatVector HIGH_4 = weave(4, LENGTH / 2);
  private static final FloatVector LOW_8 = weave(8, 0);
  private static final FloatVector HIGH_8 = weave(8, LENGTH / 2);

  private VectorPacking() {}

  /** For each lane of the result its place in a, or in b behind a. */
  private static FloatVector weave(int lanes, int first) {
    float[] places = new float[LENGTH];
    for (int i = 0; i < LENGTH; i++) {
      boolean isOfB = i / lanes % 2 == 1;
      places[i] = first + i / (2 * lanes) * lanes + i % lanes + (isOfB ? LENGTH : 0);
    }
    return FloatVector.fromArray(SPECIES, places, 0);
  }

  /** Packs what is whole vectors; returns how many inputs of each block of rows these are. */
  static int rows(float[] x, int offset, int rows, int inputs, float[] left) {
    int whole = inputs / WIDTH * WIDTH;
    for (int row = 0; row + BLOCK <= rows; row += BLOCK) {
      int from = offset + row * inputs;
      for (int k = 0; k < whole; k += WIDTH) {
        int to = row * inputs + k * BLOCK;
        weave(x, from + k, inputs, LOW_1, HIGH_1, LOW_2, HIGH_2, left, to, WIDTH);
      }
    }
    return whole;
  }

  /** Packs what is whole blocks of four rows and whole vectors; returns how many inputs. */
  static int columns(float[] x, int offset, int rows, int inputs, float[] left) {
    int whole = inputs / WIDTH * WIDTH;
    int block = rows * BLOCK;
    for (int k = 0; k < whole; k += WIDTH) {
      for (int row = 0; row + BLOCK <= rows; row += BLOCK) {
        int from = offset + row * inputs + k;
        weave(x, from, inputs, LOW_4, HIGH_4, LOW_8, HIGH_8, left, k * rows + row * BLOCK, block);
      }
    }
    return whole;
  }

  /** Weaves four vectors of x, row apart, by pairs and then these; the results are step apart. */
  private static void weave(
      float[] x,
      int from,
      int row,
      FloatVector low,
      FloatVector high,
      FloatVector thenLow,
      FloatVector thenHigh,
      float[] left,
      int to,
      int step) {
    FloatVector a = FloatVector.fromArray(SPECIES, x, from);
    FloatVector b = FloatVector.fromArray(SPECIES, x, from + row);
    FloatVector c = FloatVector.fromArray(SPECIES, x, from + 2 * row);
    FloatVector d = FloatVector.fromArray(SPECIES, x, from + 3 * row);
    FloatVector abLow = low.selectFrom(a, b);
    FloatVector abHigh = high.selectFrom(a, b);
    FloatVector cdLow = low.selectFrom(c, d);
    FloatVector cdHigh = high.selectFrom(c, d);
    thenLow.selectFrom(abLow, cdLow).intoArray(left, to);
    thenHigh.selectFrom(abLow, cdLow).intoArray(left, to + step);
    thenLow.selectFrom(abHigh, cdHigh).intoArray(left, to + 2 * step);
    thenHigh.selectFrom(abHigh, cdHigh).intoArray(left, to + 3 * step);
  }
}
