package dev.millrace.engine.linalg;

import dev.millrace.engine.kernel.KernelChoice;
import dev.millrace.engine.random.CounterRandom;

/** Matrices that tests share. */
final class Matrices {
  static final LinearAlgebra ALGEBRA =
      new LinearAlgebra(KernelChoice.select(KernelChoice.Mode.VECTOR).kernels().matrices());

  private Matrices() {}

  /** Uniform in [-1, 1). */
  static Matrix random(int rows, int columns, long seed, int stream) {
    Matrix matrix = Matrix.zeros(rows, columns);
    for (int i = 0; i < rows * columns; i++) {
      double value = 2 * CounterRandom.uniform(seed, stream, i) - 1;
      matrix.set(i / columns, i % columns, value);
    }
    return matrix;
  }

  /** Symmetric positive definite, of modest condition. */
  static Matrix positive(int size, long seed) {
    Matrix a = random(size, size, seed, 1);
    return ALGEBRA.multiplyTransposed(a, a).plus(Matrix.identity(size));
  }

  /** h[i][j] = 1 / (i + j + 1). */
  static Matrix hilbert(int size) {
    Matrix hilbert = Matrix.zeros(size, size);
    for (int i = 0; i < size; i++) {
      for (int j = 0; j < size; j++) {
        hilbert.set(i, j, 1.0 / (i + j + 1));
      }
    }
    return hilbert;
  }

  /** The largest magnitude of a difference. */
  static double distance(Matrix a, Matrix b) {
    return a.plus(b.times(-1)).maxMagnitude();
  }
}
