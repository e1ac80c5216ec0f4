package dev.millrace.engine.linalg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.millrace.engine.kernel.KernelChoice;
import dev.millrace.engine.kernel.MatrixKernels;
import dev.millrace.engine.random.CounterRandom;
import dev.millrace.engine.state.StateBlocks;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RecursiveLeastSquaresTest {
  private static final MatrixKernels PLAIN =
      KernelChoice.select(KernelChoice.Mode.PLAIN).kernels().matrices();
  private static final MatrixKernels VECTOR =
      KernelChoice.select(KernelChoice.Mode.VECTOR).kernels().matrices();

  @ParameterizedTest
  @CsvSource({
    "1, 1, 5",
    "3, 2, 2",
    "10, 3, 500",
    "17, 1, 40",
    "33, 4, 20",
    "64, 2, 300",
    "130, 1, 400"
  })
  void shouldEqualBatchRidgeRegression(int inputs, int outputs, int rows) {
    Stream stream = new Stream(inputs, outputs, 1);
    LeastSquaresSpec spec = LeastSquaresSpec.of(inputs, outputs, 0.1);
    for (LeastSquaresSpec each : new LeastSquaresSpec[] {spec, spec.withoutIntercept()}) {
      RecursiveLeastSquares rls = stream.learn(new RecursiveLeastSquares(each, VECTOR), 0, rows);
      Batch batch = new Batch(each, stream, rows);
      assertThat(relative(rls.weights(), batch.weights())).isLessThan(1e-12);
      assertThat(relative(rls.covariance(), batch.covariance())).isLessThan(1e-12);
      assertThat(rls.rows()).isEqualTo(rows);
    }
  }

  @ParameterizedTest
  @CsvSource({"5, 0.97, 300", "17, 0.99, 700", "40, 0.999, 2000", "8, 0.5, 18"})
  void shouldEqualBatchRidgeRegressionThatForgets(int inputs, double forgetting, int rows) {
    Stream stream = new Stream(inputs, 2, 2);
    LeastSquaresSpec spec =
        LeastSquaresSpec.of(inputs, 2, 1).withForgetting(forgetting).withWindUpLimit(1e9);
    RecursiveLeastSquares rls = stream.learn(new RecursiveLeastSquares(spec, VECTOR), 0, rows);
    Batch batch = new Batch(spec, stream, rows);
    assertThat(rls.cuts()).isZero();
    assertThat(relative(rls.weights(), batch.weights())).isLessThan(1e-11);
    assertThat(relative(rls.covariance(), batch.covariance())).isLessThan(1e-11);
  }

  @Test
  void shouldStayExactOverAMillionRows() {
    Stream stream = new Stream(8, 1, 3);
    LeastSquaresSpec spec = LeastSquaresSpec.of(8, 1, 1);
    RecursiveLeastSquares rls = new RecursiveLeastSquares(spec, VECTOR);
    stream.learn(rls, 0, 1_000_000);
    assertThat(relative(rls.weights(), new Batch(spec, stream, 1_000_000).weights()))
        .isLessThan(1e-11);
    RecursiveLeastSquares forgetful = new RecursiveLeastSquares(spec.withForgetting(0.999), VECTOR);
    stream.learn(forgetful, 0, 1_000_000);
    Batch recent = new Batch(forgetful.spec(), stream, 1_000_000);
    assertThat(relative(forgetful.weights(), recent.weights())).isLessThan(1e-11);
    assertThat(relative(forgetful.covariance(), recent.covariance())).isLessThan(1e-11);
  }

  /** Where the normal equations in doubles keep three to ten digits, by their condition. */
  @ParameterizedTest
  @CsvSource({"1, 1e-8, 1e-4", "1, 1e-8, 1e-6", "0.98, 1e-8, 1e-4", "0.98, 1e-8, 1e-6"})
  void shouldKeepNineDigitsOfExactArithmeticWithNearlyEqualInputs(
      double forgetting, double ridge, float noise) {
    Stream stream = new Stream(6, 1, 4);
    stream.copyWithNoise = noise;
    LeastSquaresSpec spec =
        LeastSquaresSpec.of(6, 1, ridge).withoutIntercept().withForgetting(forgetting);
    RecursiveLeastSquares rls = stream.learn(new RecursiveLeastSquares(spec, VECTOR), 0, 400);
    Batch batch = new Batch(spec, stream, 400);
    assertThat(batch.rcond()).isLessThan(1e-8);
    Matrix exact = ExactRidge.weights(spec, stream, 400);
    assertThat(relative(rls.weights(), exact)).isLessThan(1e-9);
    assertThat(relative(batch.weights(), exact)).isLessThan(1e-2);
  }

  @Test
  void shouldPredictBeforeTheFirstRowAndAfterAsTheWeightsSay() {
    Stream stream = new Stream(4, 3, 5);
    RecursiveLeastSquares rls = new RecursiveLeastSquares(LeastSquaresSpec.of(4, 3, 0.5), VECTOR);
    float[] y = {9, 9, 9, 9};
    rls.predict(new float[] {1, 2, 3, 4}, 0, y, 1);
    assertThat(y).containsExactly(9, 0, 0, 0);
    stream.learn(rls, 0, 50);
    rls.predict(new float[] {0, 1, 2, 3, 4}, 1, y, 0);
    Matrix expected = Matrices.ALGEBRA.multiply(Matrix.of(1, 5, 1, 2, 3, 4, 1), rls.weights());
    for (int j = 0; j < 3; j++) {
      assertThat(y[j]).isEqualTo((float) expected.get(0, j));
    }
  }

  @Test
  void shouldTakeARowOfWeightTwoForTwoRows() {
    Stream stream = new Stream(5, 1, 6);
    LeastSquaresSpec spec = LeastSquaresSpec.of(5, 1, 0.5);
    RecursiveLeastSquares once = stream.learn(new RecursiveLeastSquares(spec, VECTOR), 0, 30);
    RecursiveLeastSquares twice = stream.learn(new RecursiveLeastSquares(spec, VECTOR), 0, 30);
    float[] x = {1, -2, 3, -4, 5};
    float[] y = {7};
    once.update(x, 0, y, 0, 2);
    twice.update(x, 0, y, 0, 1);
    twice.update(x, 0, y, 0, 1);
    assertThat(relative(once.weights(), twice.weights())).isLessThan(1e-13);
    Matrix before = once.weights();
    once.update(x, 0, new float[] {1e6f}, 0, 0);
    assertThat(once.weights()).isEqualTo(before);
  }

  @ParameterizedTest(name = "seed={0}")
  @ValueSource(longs = {7, 8})
  void shouldStayFiniteSymmetricAndPositiveOverManyRows(long seed) {
    Stream stream = new Stream(20, 2, seed);
    LeastSquaresSpec spec = LeastSquaresSpec.of(20, 2, 1e-3).withForgetting(0.999);
    RecursiveLeastSquares rls = stream.learn(new RecursiveLeastSquares(spec, VECTOR), 0, 100_000);
    mustBePositive(rls);
    assertThat(relative(rls.weights(), new Batch(spec, stream, 100_000).weights()))
        .isLessThan(1e-9);
  }

  @Test
  void shouldNotWindUpWhereInputsDoNotVary() {
    LeastSquaresSpec spec = LeastSquaresSpec.of(3, 1, 1).withForgetting(0.9).withWindUpLimit(100);
    RecursiveLeastSquares rls = new RecursiveLeastSquares(spec, VECTOR);
    float[] same = {1, 0.5f, 0};
    for (int row = 0; row < 100_000; row++) {
      rls.update(same, 0, new float[] {2}, 0, 1);
    }
    mustBePositive(rls);
    assertThat(rls.cuts()).isPositive();
    assertThat(rls.covariance().maxMagnitude()).isLessThan(1000);
    float[] y = new float[1];
    rls.predict(same, 0, y, 0);
    assertThat(y[0]).isCloseTo(2, within(1e-5f));
    // A little noise in the input that has been silent moves its weight by P at most.
    rls.update(new float[] {1, 0.5f, 1e-3f}, 0, new float[] {2.01f}, 0, 1);
    assertThat(rls.weights().maxMagnitude()).isLessThan(2);
    for (int row = 0; row < 500; row++) {
      float[] x = {CounterRandom.bits(1, 1, row) & 7, row % 3, row % 5};
      rls.update(x, 0, new float[] {x[0] - 2 * x[1] + 3 * x[2]}, 0, 1);
    }
    assertThat(rls.weights().toArray())
        .usingComparatorWithPrecision(1e-9)
        .containsExactly(1, -2, 3, 0);
  }

  @ParameterizedTest(name = "forgetting={0}")
  @ValueSource(doubles = {1, 0.5})
  void shouldStayFiniteWhateverFloatsComeIn(double forgetting) {
    float[] extremes = {
      Float.MAX_VALUE, -Float.MAX_VALUE, Float.MIN_VALUE, 0, 1, 1e-20f, -1e20f, Float.MIN_NORMAL
    };
    for (double ridge : new double[] {1e-15, 1, 1e15}) {
      LeastSquaresSpec spec = LeastSquaresSpec.of(7, 1, ridge).withForgetting(forgetting);
      RecursiveLeastSquares rls = new RecursiveLeastSquares(spec, VECTOR);
      float[] x = new float[8];
      for (int row = 0; row < 20_000; row++) {
        for (int i = 0; i < x.length; i++) {
          x[i] = extremes[(int) (CounterRandom.bits(5, row, i) & 7)];
        }
        double weight = row % 2 == 0 ? 1 : RecursiveLeastSquares.SAMPLE_WEIGHT_MAX;
        assertThat(rls.update(x, 0, x, 7, weight)).isTrue();
      }
      assertThat(rls.weights().maxMagnitude()).isFinite();
      assertThat(rls.covariance().maxMagnitude()).isFinite();
    }
  }

  @Test
  void shouldLearnNothingFromARowThatIsNotFinite() {
    Stream stream = new Stream(3, 2, 9);
    RecursiveLeastSquares rls =
        stream.learn(new RecursiveLeastSquares(LeastSquaresSpec.of(3, 2, 1), VECTOR), 0, 10);
    byte[] before = new StateBlocks(rls.state("rls")).digest();
    float[] good = {1, 2, 3};
    for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
      assertThat(rls.update(new float[] {1, 2, bad}, 0, good, 0, 1)).isFalse();
      assertThat(rls.update(good, 0, new float[] {1, bad}, 0, 1)).isFalse();
    }
    assertThat(new StateBlocks(rls.state("rls")).digest()).isEqualTo(before);
    assertThat(rls.rows()).isEqualTo(10);
    for (double weight : new double[] {-1, Double.NaN, 1e16}) {
      assertThatThrownBy(() -> rls.update(good, 0, good, 0, weight))
          .hasMessage("sampleWeight must be within 0 and 1.0E15, sampleWeight=" + weight);
    }
  }

  @Test
  void shouldGoOnFromItsStateBitForBit() {
    Stream stream = new Stream(50, 2, 10);
    LeastSquaresSpec spec = LeastSquaresSpec.of(50, 2, 1).withForgetting(0.8);
    RecursiveLeastSquares whole = stream.learn(new RecursiveLeastSquares(spec, VECTOR), 0, 200);
    RecursiveLeastSquares first = stream.learn(new RecursiveLeastSquares(spec, VECTOR), 0, 120);
    Map<String, byte[]> store = new HashMap<>();
    new StateBlocks(first.state("out")).writeAll(store::put);
    assertThat(store).containsOnlyKeys("out/u/0", "out/d/0", "out/weights/0", "out/counts/0");
    RecursiveLeastSquares second = new RecursiveLeastSquares(spec, PLAIN);
    new StateBlocks(second.state("out")).read(store::get);
    stream.learn(second, 120, 200);
    assertThat(new StateBlocks(second.state("out")).digest())
        .isEqualTo(new StateBlocks(whole.state("out")).digest());
    assertThat(second.rows()).isEqualTo(200);
    assertThat(second.cuts()).isEqualTo(whole.cuts()).isPositive();
  }

  @Test
  void shouldGiveTheSameBitsWithPlainAndVectorKernels() {
    for (int inputs = 1; inputs <= 67; inputs++) {
      Stream stream = new Stream(inputs, 1 + inputs % 4, 11);
      stream.sparse = inputs % 2 == 0;
      LeastSquaresSpec spec = LeastSquaresSpec.of(inputs, 1 + inputs % 4, 0.3).withForgetting(0.95);
      RecursiveLeastSquares plain = stream.learn(new RecursiveLeastSquares(spec, PLAIN), 0, 30);
      RecursiveLeastSquares vector = stream.learn(new RecursiveLeastSquares(spec, VECTOR), 0, 30);
      assertThat(new StateBlocks(vector.state("rls")).digest())
          .as("inputs=%d", inputs)
          .isEqualTo(new StateBlocks(plain.state("rls")).digest());
    }
  }

  @Test
  void shouldRefuseWhatCannotBeLearned() {
    LeastSquaresSpec spec = LeastSquaresSpec.of(2, 1, 1);
    assertThatThrownBy(() -> LeastSquaresSpec.of(0, 1, 1))
        .hasMessage("inputs must be at least 1, inputs=0");
    assertThatThrownBy(() -> LeastSquaresSpec.of(1, 0, 1)).hasMessageContaining("outputs=0");
    assertThatThrownBy(() -> LeastSquaresSpec.of(1, 1, 0)).hasMessageContaining("ridge=0.0");
    assertThatThrownBy(() -> spec.withForgetting(0)).hasMessageContaining("forgetting=0.0");
    assertThatThrownBy(() -> spec.withForgetting(1.01)).hasMessageContaining("forgetting=1.01");
    assertThatThrownBy(() -> spec.withWindUpLimit(0.5)).hasMessageContaining("windUpLimit=0.5");
    LeastSquaresSpec large = LeastSquaresSpec.of(70_000, 1, 1);
    assertThatThrownBy(() -> new RecursiveLeastSquares(large, VECTOR))
        .hasMessage("too large for one array, size=70001");
  }

  private static void mustBePositive(RecursiveLeastSquares rls) {
    Matrix p = rls.covariance();
    assertThat(p.transpose()).isEqualTo(p);
    assertThat(rls.weights().maxMagnitude()).isFinite();
    Matrices.ALGEBRA.cholesky(p);
  }

  private static double relative(Matrix actual, Matrix expected) {
    return actual.plus(expected.times(-1)).normFrobenius() / expected.normFrobenius();
  }

  /** Rows by their number: x uniform, y linear in x with noise, weights that are sometimes 0. */
  private static final class Stream {
    private final int inputs;
    private final int outputs;
    private final long seed;
    private boolean sparse;
    private float copyWithNoise; // if not 0, all inputs are the first one with this noise

    Stream(int inputs, int outputs, long seed) {
      this.inputs = inputs;
      this.outputs = outputs;
      this.seed = seed;
    }

    void fill(int row, float[] x, float[] y) {
      for (int i = 0; i < inputs; i++) {
        double value = 2 * CounterRandom.uniform(seed, 1, (long) row * inputs + i) - 0.7;
        x[i] = sparse && (row + i) % 5 > 1 ? 0 : (float) value;
      }
      if (copyWithNoise != 0) {
        for (int i = 1; i < inputs; i++) {
          x[i] = x[0] + copyWithNoise * x[i];
        }
      }
      for (int j = 0; j < outputs; j++) {
        double sum = CounterRandom.uniform(seed, 2, (long) row * outputs + j) + 3;
        for (int i = 0; i < inputs; i++) {
          sum += Math.sin(1 + i + 7 * j) * x[i];
        }
        y[j] = (float) sum;
      }
    }

    double weight(int row) {
      return row % 7 == 3 ? 0 : 0.25 + CounterRandom.uniform(seed, 3, row);
    }

    RecursiveLeastSquares learn(RecursiveLeastSquares rls, int from, int to) {
      float[] x = new float[inputs];
      float[] y = new float[outputs];
      for (int row = from; row < to; row++) {
        fill(row, x, y);
        rls.update(x, 0, y, 0, weight(row));
      }
      return rls;
    }
  }

  /** The same rows through the normal equations in 50 decimal digits; one output. */
  private static final class ExactRidge {
    private static final MathContext DIGITS = new MathContext(50);

    static Matrix weights(LeastSquaresSpec spec, Stream stream, int rows) {
      int k = spec.inputs();
      BigDecimal lambda = new BigDecimal(spec.forgetting());
      BigDecimal[][] a = new BigDecimal[k][k + 1]; // the last column is the right-hand side
      for (int i = 0; i < k; i++) {
        Arrays.fill(a[i], BigDecimal.ZERO);
        a[i][i] = new BigDecimal(spec.ridge());
      }
      float[] x = new float[k + 1];
      float[] y = new float[1];
      for (int row = 0; row < rows; row++) {
        stream.fill(row, x, y);
        x[k] = y[0];
        for (int i = 0; i < k; i++) {
          BigDecimal weighted = new BigDecimal(stream.weight(row)).multiply(new BigDecimal(x[i]));
          for (int j = 0; j <= k; j++) {
            BigDecimal product = weighted.multiply(new BigDecimal(x[j]));
            a[i][j] = lambda.multiply(a[i][j], DIGITS).add(product, DIGITS);
          }
        }
      }
      return eliminate(a);
    }

    /** By Gauss and Jordan: the matrix becomes diagonal. */
    private static Matrix eliminate(BigDecimal[][] a) {
      int k = a.length;
      for (int pivot = 0; pivot < k; pivot++) {
        for (int i = 0; i < k; i++) {
          BigDecimal factor = a[i][pivot].divide(a[pivot][pivot], DIGITS);
          for (int j = pivot; j <= k && i != pivot; j++) {
            a[i][j] = a[i][j].subtract(factor.multiply(a[pivot][j], DIGITS), DIGITS);
          }
        }
      }
      Matrix weights = Matrix.zeros(k, 1);
      for (int i = 0; i < k; i++) {
        weights.set(i, 0, a[i][k].divide(a[i][i], DIGITS).doubleValue());
      }
      return weights;
    }
  }

  /** The same rows through the normal equations and Cholesky. */
  private static final class Batch {
    private final Cholesky normal;
    private final Matrix right;

    Batch(LeastSquaresSpec spec, Stream stream, int rows) {
      int k = spec.weightRows();
      double[] a = new double[k * k];
      double[] b = new double[k * spec.outputs()];
      float[] x = new float[k];
      float[] y = new float[spec.outputs()];
      double ridge = spec.ridge();
      for (int row = 0; row < rows; row++) {
        stream.fill(row, x, y);
        if (spec.intercept()) {
          x[k - 1] = 1;
        }
        double weight = stream.weight(row);
        ridge *= spec.forgetting();
        for (int i = 0; i < k; i++) {
          for (int j = 0; j < k; j++) {
            a[i * k + j] = spec.forgetting() * a[i * k + j] + weight * ((double) x[i] * x[j]);
          }
          for (int j = 0; j < y.length; j++) {
            int at = i * y.length + j;
            b[at] = spec.forgetting() * b[at] + weight * ((double) x[i] * y[j]);
          }
        }
      }
      normal = Matrices.ALGEBRA.cholesky(Matrix.of(k, k, a).plus(Matrix.diagonal(k, ridge)));
      right = Matrix.of(k, y.length, b);
    }

    Matrix weights() {
      return normal.solve(right).x();
    }

    Matrix covariance() {
      return normal.inverse().x();
    }

    double rcond() {
      return normal.rcond();
    }
  }
}
