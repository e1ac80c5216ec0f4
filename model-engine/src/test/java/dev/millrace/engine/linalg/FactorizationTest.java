package dev.millrace.engine.linalg;

import static dev.millrace.engine.linalg.Matrices.ALGEBRA;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.millrace.engine.kernel.KernelChoice;
import java.math.BigDecimal;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FactorizationTest {
  private static final double EPS = Math.ulp(1.0);

  @ParameterizedTest(name = "seed={0}")
  @ValueSource(longs = {1, 2, 3})
  void shouldLeaveAResidualOfAFewRoundingErrors(long seed) {
    for (int n = 1; n <= 67; n++) {
      Matrix a = Matrices.random(n, n, seed, n);
      Matrix b = Matrices.random(n, 2, seed, 100 + n);
      Lu lu = ALGEBRA.lu(a);
      assertThat(backwardError(a, lu.solve(b).x(), b)).as("LU, size=%d", n).isLessThan(n * EPS);
      assertThat(lu.growth()).isBetween(0.0, 20.0);
      Matrix spd = Matrices.positive(n, seed);
      assertThat(backwardError(spd, ALGEBRA.cholesky(spd).solve(b).x(), b))
          .as("Cholesky, size=%d", n)
          .isLessThan(n * EPS);
    }
  }

  @ParameterizedTest(name = "size={0}")
  @ValueSource(ints = {1, 2, 15, 16, 17, 33, 64, 100, 150})
  void shouldMultiplyBackToTheMatrix(int n) {
    Matrix a = Matrices.random(n, n, 4, n);
    Lu lu = ALGEBRA.lu(a);
    Matrix product = ALGEBRA.multiply(lu.lower(), lu.upper());
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        assertThat(product.get(i, j)).isCloseTo(a.get(lu.sourceRow(i), j), within(n * EPS));
      }
    }
    assertThat(lu.lower().maxMagnitude()).isEqualTo(1);
    Matrix spd = Matrices.positive(n, 5);
    Matrix r = ALGEBRA.cholesky(spd).upper();
    assertThat(Matrices.distance(ALGEBRA.multiplyTransposed(r, r), spd))
        .isLessThan(n * EPS * spd.maxMagnitude());
  }

  @Test
  void shouldFactoriseToTheSameBitsInBlocksAsOneColumnAfterAnother() {
    for (int n : new int[] {17, 50, 67, 131}) {
      Matrix a = Matrices.random(n, n, 6, n);
      Lu lu = ALGEBRA.lu(a);
      Matrix u = Matrix.zeros(n, n);
      for (int i = 0; i < n; i++) {
        for (int j = 0; j < n; j++) {
          u.set(i, j, a.get(lu.sourceRow(i), j));
        }
      }
      for (int k = 0; k < n; k++) {
        for (int i = k + 1; i < n; i++) {
          double factor = u.get(i, k) / u.get(k, k);
          for (int j = k + 1; j < n; j++) {
            u.set(i, j, Math.fma(-factor, u.get(k, j), u.get(i, j)));
          }
          u.set(i, k, 0);
        }
      }
      assertThat(lu.upper()).isEqualTo(u);
    }
  }

  @Test
  void shouldGiveTheSameBitsWithPlainAndVectorKernels() {
    LinearAlgebra plain =
        new LinearAlgebra(KernelChoice.select(KernelChoice.Mode.PLAIN).kernels().matrices());
    for (int n = 1; n <= 67; n += 3) {
      Matrix a = Matrices.random(n, n, 7, n);
      Matrix b = Matrices.random(n, 5, 8, n);
      assertThat(plain.solve(a, b)).isEqualTo(ALGEBRA.solve(a, b));
      assertThat(plain.inverse(a)).isEqualTo(ALGEBRA.inverse(a));
      Matrix spd = Matrices.positive(n, n);
      assertThat(plain.cholesky(spd).solve(b)).isEqualTo(ALGEBRA.cholesky(spd).solve(b));
    }
  }

  @Test
  void shouldInvertAsRationalArithmeticDoes() {
    // Worked out by hand, from cofactors.
    Matrix a = Matrix.of(3, 3, 2, 1, 1, 1, 3, 2, 1, 0, 0);
    Matrix inverse = Matrix.of(3, 3, 0, 0, 1, -2, 1, 3, 3, -1, -5);
    Solution solution = ALGEBRA.inverse(a);
    assertThat(Matrices.distance(solution.x(), inverse)).isLessThan(4 * EPS);
    assertThat(1 / solution.rcond()).isCloseTo(4 * 9, within(1e-12));
    assertThat(ALGEBRA.determinant(a)).isCloseTo(-1, within(4 * EPS));
    Matrix second = Matrix.of(3, 3, 4, -2, 0, -2, 5, -2, 0, -2, 3);
    Matrix adjugate = Matrix.of(3, 3, 11, 6, 4, 6, 12, 8, 4, 8, 16); // and determinant 32
    Matrix expected = adjugate.times(1.0 / 32);
    assertThat(Matrices.distance(ALGEBRA.cholesky(second).inverse().x(), expected))
        .isLessThan(2 * EPS);
    assertThat(ALGEBRA.cholesky(second).determinant()).isCloseTo(32, within(64 * EPS));
    assertThat(ALGEBRA.determinant(second)).isCloseTo(32, within(64 * EPS));
  }

  @Test
  void shouldSolveWithAZeroInFrontByExchangingRows() {
    Matrix exchange = Matrix.of(2, 2, 0, 1, 1, 0);
    assertThat(ALGEBRA.solve(exchange, 3, 5).x()).isEqualTo(Matrix.column(5, 3));
    assertThat(ALGEBRA.determinant(exchange)).isEqualTo(-1);
    // A tiny pivot in front must not be taken either: without exchange x would be (0, 1).
    Matrix tiny = Matrix.of(2, 2, 1e-20, 1, 1, 1);
    assertThat(ALGEBRA.solve(tiny, 1, 2).x()).isEqualTo(Matrix.column(1, 1));
    for (int n : new int[] {5, 32, 67}) {
      Matrix cycle = Matrix.zeros(n, n);
      double[] b = new double[n];
      for (int i = 0; i < n; i++) {
        cycle.set(i, (i + 1) % n, 1);
        b[(i + n - 1) % n] = i;
      }
      double[] x = ALGEBRA.solve(cycle, b).x().toArray();
      for (int i = 0; i < n; i++) {
        assertThat(x[i]).isEqualTo(i);
      }
      assertThat(ALGEBRA.determinant(cycle)).isEqualTo(n % 2 == 1 ? 1 : -1);
    }
  }

  @Test
  void shouldTellHowElementsGrowInTheWorstCase() {
    int n = 20; // Wilkinson's matrix: growth 2^(n-1)
    Matrix a = Matrix.identity(n);
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < i; j++) {
        a.set(i, j, -1);
      }
      a.set(i, n - 1, 1);
    }
    assertThat(ALGEBRA.lu(a).growth()).isEqualTo(1 << 19);
  }

  @Test
  void shouldGiveDeterminantsWhosePartsLeaveTheRangeOfADouble() {
    Matrix a = Matrix.diagonal(4, 1e200);
    a.set(2, 2, 1e-200);
    a.set(3, 3, -1e-200);
    assertThat(ALGEBRA.determinant(a)).isCloseTo(-1, within(1e-12));
    assertThat(ALGEBRA.determinant(Matrix.diagonal(3, 1e200))).isInfinite();
    assertThat(ALGEBRA.determinant(Matrix.diagonal(3, -1e-200))).isZero();
  }

  @Test
  void shouldRefuseASingularMatrixAndTellTheWayOut() {
    Matrix a = Matrix.of(3, 3, 1, 2, 3, 4, 5, 6, 5, 7, 9);
    for (Matrix singular : List.of(a, Matrix.zeros(3, 3), Matrix.of(1, 1, 0.0))) {
      Lu lu = ALGEBRA.lu(singular);
      assertThat(lu.isSingular()).isTrue();
      assertThat(lu.determinant()).isCloseTo(0, within(1e-14));
      assertThatThrownBy(lu::inverse)
          .isInstanceOf(SingularMatrixException.class)
          .hasMessageContaining("size=" + singular.rows())
          .hasMessageContaining("add a ridge");
    }
    assertThatThrownBy(() -> ALGEBRA.solve(a, 1, 2, 3))
        .satisfies(e -> assertThat(((SingularMatrixException) e).condition()).isGreaterThan(1e15));
  }

  @Test
  void shouldSolveWhatIsNearlySingularAsLongAsADigitIsLeftAndRefuseItAfter() {
    Matrix a = Matrices.random(30, 30, 9, 1);
    for (double gap = 1; gap > 1e-18; gap /= 10) {
      Matrix near = a.copy();
      for (int j = 0; j < 30; j++) {
        double noise = gap * (j == 7 ? 1 : 0);
        near.set(20, j, a.get(3, j) + noise);
      }
      Lu lu = ALGEBRA.lu(near);
      if (gap < 1e-16) {
        assertThat(lu.isSingular()).isTrue();
      }
      if (gap > 1e-10) {
        Matrix x = lu.solve(Matrices.random(30, 1, 9, 2)).x();
        assertThat(backwardError(near, x, Matrices.random(30, 1, 9, 2))).isLessThan(30 * EPS);
        assertThat(lu.rcond()).isBetween(1e-5 * gap, gap);
      }
      double ridge = 1e-3;
      Matrix square = ALGEBRA.multiplyTransposed(near, near).plus(Matrix.diagonal(30, ridge));
      assertThat(ALGEBRA.cholesky(square).isSingular()).isFalse();
    }
  }

  @Test
  void shouldRefuseAnIndefiniteMatrixNamingPivotAndValue() {
    Matrix a = Matrix.of(3, 3, 4, 2, 0, 2, 1, 3, 0, 3, 5);
    assertThatThrownBy(() -> ALGEBRA.cholesky(a))
        .isInstanceOf(NotPositiveDefiniteException.class)
        .hasMessage(
            "matrix is not positive definite, pivot=1, value=0.0;"
                + " add a ridge to the diagonal, or use LU")
        .satisfies(e -> assertThat(((NotPositiveDefiniteException) e).pivot()).isEqualTo(1));
    for (int at : new int[] {0, 5, 16, 40, 66}) {
      Matrix indefinite = Matrices.positive(67, 3);
      indefinite.set(at, at, -1);
      assertThatThrownBy(() -> ALGEBRA.cholesky(indefinite))
          .isInstanceOfSatisfying(
              NotPositiveDefiniteException.class,
              e -> {
                assertThat(e.pivot()).isEqualTo(at);
                assertThat(e.value()).isLessThanOrEqualTo(-1);
              });
    }
  }

  @Test
  void shouldRefuseWhatIsNoSystem() {
    Matrix nan = Matrix.of(2, 2, 1, 0, Double.NaN, 1);
    assertThatThrownBy(() -> ALGEBRA.lu(nan)).hasMessage("a must be finite, a[1][0]=NaN");
    assertThatThrownBy(() -> ALGEBRA.cholesky(nan)).hasMessage("a must be finite, a[1][0]=NaN");
    Matrix identity = Matrix.identity(2);
    assertThatThrownBy(() -> ALGEBRA.solve(identity, 1, Double.NEGATIVE_INFINITY))
        .hasMessage("b must be finite, b[1][0]=-Infinity");
    assertThatThrownBy(() -> ALGEBRA.solve(identity, 1, 2, 3))
        .hasMessage("b must have as many rows as a, rows=3, size=2");
    assertThatThrownBy(() -> ALGEBRA.lu(Matrix.zeros(2, 3)))
        .hasMessage("a must be square, rows=2, columns=3");
    assertThatThrownBy(() -> ALGEBRA.cholesky(Matrix.of(2, 2, 2, 1, 1.001, 2)))
        .hasMessage("a must be symmetric, a[1][0]=1.001, a[0][1]=1.0");
    assertThatThrownBy(() -> ALGEBRA.solve(identity.times(1e-200), 1e200, 0))
        .isInstanceOf(ArithmeticException.class)
        .hasMessageContaining("exceeds a double");
  }

  /** ‖A·x - b‖ / (‖A‖·‖x‖) in the infinity norm, the residual in exact arithmetic. */
  private static double backwardError(Matrix a, Matrix x, Matrix b) {
    double residual = 0;
    for (int j = 0; j < b.columns(); j++) {
      for (int i = 0; i < a.rows(); i++) {
        BigDecimal sum = new BigDecimal(b.get(i, j)).negate();
        for (int k = 0; k < a.columns(); k++) {
          sum = sum.add(new BigDecimal(a.get(i, k)).multiply(new BigDecimal(x.get(k, j))));
        }
        residual = Math.max(residual, Math.abs(sum.doubleValue()));
      }
    }
    return residual / (a.normInfinity() * x.maxMagnitude());
  }
}
