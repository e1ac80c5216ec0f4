package dev.millrace.engine.linalg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class MatrixTest {
  private final Matrix a = Matrix.of(2, 3, 1, -2, 3, 4, 5, -6);

  @Test
  void shouldHoldItsElementsByRowAndColumn() {
    assertThat(a).isEqualTo(Matrix.of(new double[][] {{1, -2, 3}, {4, 5, -6}}));
    assertThat(a.get(1, 0)).isEqualTo(4);
    assertThat(a.transpose()).isEqualTo(Matrix.of(3, 2, 1, 4, -2, 5, 3, -6));
    assertThat(a.toArray()).containsExactly(1, -2, 3, 4, 5, -6);
    assertThat(a).hasToString("matrix [2][3]").isNotEqualTo(a.transpose());
    assertThat(a.copy().hashCode()).isEqualTo(a.hashCode());
  }

  @Test
  void shouldNotShareItsElements() {
    Matrix copy = a.copy();
    copy.set(0, 0, 9);
    a.toArray()[1] = 9;
    assertThat(a.get(0, 0)).isEqualTo(1);
    assertThat(a.get(0, 1)).isEqualTo(-2);
  }

  @Test
  void shouldAddAndScale() {
    assertThat(a.plus(a)).isEqualTo(a.times(2));
    assertThat(Matrix.identity(2).times(3)).isEqualTo(Matrix.diagonal(2, 3));
    double[] y = {1, 2};
    LinearAlgebra.axpy(-2, new double[] {3, 4}, y);
    assertThat(y).containsExactly(-5, -6);
  }

  @Test
  void shouldHaveNorms() {
    assertThat(a.norm1()).isEqualTo(9);
    assertThat(a.normInfinity()).isEqualTo(15);
    assertThat(a.normFrobenius()).isCloseTo(Math.sqrt(91), within(1e-14));
    assertThat(Matrix.column(3e200, 4e200).normFrobenius()).isCloseTo(5e200, within(1e185));
    assertThat(Matrix.zeros(2, 2).normFrobenius()).isZero();
    a.set(1, 1, Double.NaN);
    assertThat(new double[] {a.norm1(), a.normInfinity(), a.normFrobenius()})
        .containsOnly(Double.NaN);
  }

  @Test
  void shouldMultiply() {
    Matrix b = Matrix.of(3, 2, 1, 2, 3, 4, 5, 6);
    assertThat(Matrices.ALGEBRA.multiply(a, b)).isEqualTo(Matrix.of(2, 2, 10, 12, -11, -8));
    assertThat(Matrices.ALGEBRA.multiply(a, 1, 1, 2)).containsExactly(5, -3);
    assertThat(Matrices.ALGEBRA.multiplyTransposed(a.transpose(), b))
        .isEqualTo(Matrices.ALGEBRA.multiply(a, b));
  }

  @Test
  void shouldSquareIntoAnExactlySymmetricMatrix() {
    Matrix x = Matrices.random(70, 45, 3, 1);
    Matrix square = Matrices.ALGEBRA.multiplyTransposed(x, x);
    assertThat(square.transpose()).isEqualTo(square);
  }

  @Test
  void shouldRefuseWhatDoesNotFit() {
    assertThatThrownBy(() -> Matrix.zeros(0, 3)).hasMessage("no such matrix, rows=0, columns=3");
    assertThatThrownBy(() -> Matrix.zeros(1 << 16, 1 << 16)).hasMessageContaining("columns=65536");
    assertThatThrownBy(() -> Matrix.of(2, 2, 1, 2, 3)).hasMessageContaining("rows=2, columns=2");
    assertThatThrownBy(() -> Matrix.of(new double[][] {{1, 2}, {3}}))
        .hasMessage("row 1 has 1 values, columns=2");
    assertThatThrownBy(() -> a.get(0, 3))
        .hasMessage("no element (0, 3), rows=2, columns=3")
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> a.plus(a.transpose()))
        .hasMessage("shapes differ, matrix [2][3] and matrix [3][2]");
    assertThatThrownBy(() -> Matrices.ALGEBRA.multiply(a, a))
        .hasMessage("shapes do not fit, matrix [2][3] times matrix [2][3]");
    assertThatThrownBy(() -> Matrices.ALGEBRA.multiplyTransposed(a, a.transpose()))
        .hasMessageContaining("do not fit");
    assertThatThrownBy(() -> LinearAlgebra.axpy(1, new double[2], new double[3]))
        .hasMessage("lengths differ, x=2, y=3");
  }
}
