package dev.millrace.engine.linalg;

import static dev.millrace.engine.linalg.Matrices.ALGEBRA;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConditionTest {
  @ParameterizedTest(name = "size={0}")
  @ValueSource(ints = {2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
  void shouldEstimateTheConditionOfAHilbertMatrixOrRefuseIt(int n) {
    Matrix hilbert = Matrices.hilbert(n);
    double exact = hilbert.norm1() * inverseHilbert(n).norm1();
    double limit = 1 / (n * Math.ulp(1.0));
    for (Factorization factorization : List.of(ALGEBRA.lu(hilbert), ALGEBRA.cholesky(hilbert))) {
      if (exact < limit / 10) {
        assertThat(1 / factorization.rcond()).isBetween(exact / 1.5, exact * 1.5);
        assertThat(factorization.solve(new double[n]).x().maxMagnitude()).isZero();
      } else if (exact > limit) {
        assertThat(factorization.isSingular()).isTrue();
        assertThatThrownBy(factorization::inverse)
            .isInstanceOf(SingularMatrixException.class)
            .hasMessageContaining("estimated condition=");
      }
    }
  }

  @ParameterizedTest(name = "seed={0}")
  @ValueSource(longs = {1, 2, 3, 4})
  void shouldEstimateWithinAFactorOfThreeAndNeverAboveTheTruth(long seed) {
    for (int n = 1; n <= 67; n++) {
      Matrix a = Matrices.random(n, n, seed, n);
      Lu lu = ALGEBRA.lu(a);
      double exact = a.norm1() * lu.inverse().x().norm1();
      assertThat(1 / lu.rcond()).as("size=%d", n).isBetween(exact / 3, exact * (1 + 1e-9));
    }
  }

  @ParameterizedTest(name = "size={0}")
  @ValueSource(ints = {2, 3, 4, 5, 6, 7, 8, 9, 10})
  void shouldSolveAHilbertSystemToMoreDigitsThanItsConditionLeaves(int n) {
    // Scaled to whole numbers, so that the matrix and the right-hand side are exact.
    long scale = 1;
    for (int i = 2; i < 2 * n; i++) {
      scale = scale / BigInteger.valueOf(scale).gcd(BigInteger.valueOf(i)).longValue() * i;
    }
    Matrix a = Matrix.zeros(n, n);
    double[] b = new double[n];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        a.set(i, j, scale / (i + j + 1));
        b[i] += a.get(i, j);
      }
    }
    Solution solution = ALGEBRA.solve(a, b);
    double error = 0;
    for (int i = 0; i < n; i++) {
      error = Math.max(error, Math.abs(solution.x().get(i, 0) - 1));
    }
    // One step of refinement squares what condition·eps leaves of a digit.
    double lost = Math.ulp(1.0) / solution.rcond();
    assertThat(error).isLessThan(Math.max(2 * Math.ulp(1.0), lost * lost));
  }

  /** Whole numbers: Choi, "Tricks or treats with the Hilbert matrix", 1983. */
  private static Matrix inverseHilbert(int n) {
    Matrix inverse = Matrix.zeros(n, n);
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        BigInteger value =
            BigInteger.valueOf(i + j + 1)
                .multiply(binomial(n + i, n - j - 1))
                .multiply(binomial(n + j, n - i - 1))
                .multiply(binomial(i + j, i).pow(2));
        inverse.set(i, j, (i + j) % 2 == 0 ? value.doubleValue() : -value.doubleValue());
      }
    }
    return inverse;
  }

  private static BigInteger binomial(int n, int k) {
    BigInteger result = BigInteger.ONE;
    for (int i = 1; i <= k; i++) {
      result = result.multiply(BigInteger.valueOf(n - k + i)).divide(BigInteger.valueOf(i));
    }
    return result;
  }
}
