package dev.millrace.engine.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.engine.layer.DoubleActivations;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;

class ElementaryTest {
  private interface FloatFunction {
    float apply(float x);
  }

  @Test
  void expIsWithinOneAndAHalfUnitsInTheLastPlace() {
    assertThat(worstUlps(Elementary::exp, StrictMath::exp, -87.33f, 88.72f)).isLessThan(1.5);
  }

  @Test
  void sigmoidIsWithinThreeUnitsInTheLastPlace() {
    DoubleUnaryOperator exact = x -> 1 / (1 + StrictMath.exp(-x));
    assertThat(worstUlps(Elementary::sigmoid, exact, -87.3f, 87.3f)).isLessThan(3);
  }

  @Test
  void tanhIsWithinTwoUnitsInTheLastPlace() {
    assertThat(worstUlps(Elementary::tanh, StrictMath::tanh, -20f, 20f)).isLessThan(2);
    assertThat(worstUlps(Elementary::tanh, StrictMath::tanh, -1f, 1f)).isLessThan(2);
  }

  @Test
  void logIsWithinOneAndAHalfUnitsInTheLastPlaceAtEveryMagnitude() {
    double worst = 0;
    for (int bits = 1; bits < 0x7f800000; bits += 1009) {
      float x = Float.intBitsToFloat(bits);
      worst = Math.max(worst, ulps(Elementary.log(x), StrictMath.log(x)));
    }
    assertThat(worst).isLessThan(1.5);
    assertThat(worstUlps(Elementary::log, StrictMath::log, 0.5f, 2f)).isLessThan(1.5);
  }

  @Test
  void log1pKeepsSmallArguments() {
    double worst = 0;
    for (float x = 1e-37f; x <= 1f; x *= 1.0001f) {
      worst = Math.max(worst, ulps(Elementary.log1p(x), StrictMath.log1p(x)));
    }
    assertThat(worst).isLessThan(4);
    assertThat(Elementary.log1p(0f)).isZero();
  }

  @Test
  void powerIsAsNearAsItsDocumentationSays() {
    for (float exponent : new float[] {0.5f, 1f, 2f, 3.7f, 10f}) {
      for (float x = 1e-4f; x <= 4f; x *= 1.0003f) {
        double exact = StrictMath.pow(x, exponent);
        if (exact < 1e-37) {
          continue; // 0, or nearly so
        }
        double allowed = 0x1p-24 * (2 + 2 * Math.abs(exponent * StrictMath.log(x)));
        assertThat(Math.abs(Elementary.power(x, exponent) / exact - 1)).isLessThan(allowed);
      }
    }
    assertThat(Elementary.power(0f, 0f)).isEqualTo(1f);
    assertThat(Elementary.power(0f, 2f)).isZero();
    assertThat(Elementary.power(1f, 7.5f)).isEqualTo(1f);
    assertThat(Elementary.power(1e-20f, 5f)).isZero();
  }

  @Test
  void logCoshKeepsSmallArgumentsAndDoesNotOverflow() {
    double worst = 0;
    for (float x = 1e-18f; x <= 0.3f; x *= 1.0001f) {
      double square = (double) x * x; // log cosh x by its series, where cosh would round
      double series = square / 2 - square * square / 12 + square * square * square / 45;
      double exact = x < 1e-2f ? series : StrictMath.log(StrictMath.cosh(x));
      worst = Math.max(worst, ulps(Elementary.logCosh(x), exact));
    }
    assertThat(worst).isLessThan(4);
    DoubleUnaryOperator exact = x -> StrictMath.log(StrictMath.cosh(x));
    assertThat(worstUlps(Elementary::logCosh, exact, 0.1f, 80f)).isLessThan(4);
    assertThat(Elementary.logCosh(-2f)).isEqualTo(Elementary.logCosh(2f));
    assertThat(Elementary.logCosh(1e30f)).isEqualTo(1e30f);
    assertThat(Elementary.logCosh(0f)).isZero();
    assertThat(Elementary.logCosh(Float.NaN)).isNaN();
    assertThat(Elementary.logCosh(Float.NEGATIVE_INFINITY)).isEqualTo(Float.POSITIVE_INFINITY);
  }

  @Test
  void expm1IsWithinTwoUnitsInTheLastPlace() {
    assertThat(worstUlps(Elementary::expm1, StrictMath::expm1, -40f, 88f)).isLessThan(2);
    assertThat(worstUlps(Elementary::expm1, StrictMath::expm1, -1f, 1f)).isLessThan(2);
    assertThat(worstUlps(Elementary::expm1, StrictMath::expm1, -1e-6f, 1e-6f)).isLessThan(2);
  }

  @Test
  void softplusIsWithinFourUnitsInTheLastPlace() {
    DoubleUnaryOperator exact =
        x -> Math.max(x, 0) + StrictMath.log1p(StrictMath.exp(-Math.abs(x)));
    assertThat(worstUlps(Elementary::softplus, exact, -87.3f, 100f)).isLessThan(4);
    assertThat(worstUlps(Elementary::softplus, exact, -2f, 2f)).isLessThan(4);
  }

  @Test
  void normalCdfIsWithinSixUnitsInTheLastPlaceAsFarAsItsTailGoes() {
    DoubleUnaryOperator exact = DoubleActivations::normalCdf;
    assertThat(worstUlps(Elementary::normalCdf, exact, -12.9f, 13f)).isLessThan(6);
    assertThat(worstUlps(Elementary::normalCdf, exact, -1f, 1f)).isLessThan(6);
  }

  @Test
  void edgesAreWhatTheirDocumentationSays() {
    assertThat(Elementary.exp(Float.NaN)).isNaN();
    assertThat(Elementary.exp(Float.POSITIVE_INFINITY)).isEqualTo(Float.POSITIVE_INFINITY);
    assertThat(Elementary.exp(88.7229f)).isEqualTo(Float.POSITIVE_INFINITY);
    assertThat(Elementary.exp(88.722f)).isFinite();
    assertThat(Elementary.exp(Float.NEGATIVE_INFINITY)).isZero();
    assertThat(Elementary.exp(-87.34f)).isZero();
    assertThat(Elementary.exp(-87.33f)).isGreaterThanOrEqualTo(Float.MIN_NORMAL);
    assertThat(Elementary.exp(0f)).isEqualTo(1f);
    assertThat(Elementary.sigmoid(Float.NaN)).isNaN();
    assertThat(Elementary.sigmoid(Float.POSITIVE_INFINITY)).isEqualTo(1f);
    assertThat(Elementary.sigmoid(Float.NEGATIVE_INFINITY)).isZero();
    assertThat(Elementary.sigmoid(-0f)).isEqualTo(0.5f);
    assertThat(Elementary.tanh(Float.NaN)).isNaN();
    assertThat(Elementary.tanh(Float.POSITIVE_INFINITY)).isEqualTo(1f);
    assertThat(Elementary.tanh(Float.NEGATIVE_INFINITY)).isEqualTo(-1f);
    assertThat(Float.floatToIntBits(Elementary.tanh(-0f))).isEqualTo(Integer.MIN_VALUE);
    assertThat(Elementary.expm1(Float.NaN)).isNaN();
    assertThat(Elementary.expm1(Float.NEGATIVE_INFINITY)).isEqualTo(-1f);
    assertThat(Elementary.expm1(-Float.MAX_VALUE)).isEqualTo(-1f);
    assertThat(Float.floatToIntBits(Elementary.expm1(-0f))).isZero();
    assertThat(Elementary.expm1(-Float.MIN_VALUE)).isEqualTo(-Float.MIN_VALUE);
    assertThat(Elementary.expm1(88f)).isFinite();
    assertThat(Elementary.softplus(Float.NaN)).isNaN();
    assertThat(Elementary.softplus(Float.POSITIVE_INFINITY)).isEqualTo(Float.POSITIVE_INFINITY);
    assertThat(Elementary.softplus(Float.NEGATIVE_INFINITY)).isZero();
    assertThat(Elementary.softplus(Float.MAX_VALUE)).isEqualTo(Float.MAX_VALUE);
    assertThat(Elementary.softplus(-87.34f)).isZero();
    assertThat(Elementary.softplus(-0f)).isEqualTo((float) Math.log(2));
    assertThat(Elementary.normalCdf(Float.NaN)).isNaN();
    assertThat(Elementary.normalCdf(Float.POSITIVE_INFINITY)).isEqualTo(1f);
    assertThat(Elementary.normalCdf(Float.NEGATIVE_INFINITY)).isZero();
    assertThat(Elementary.normalCdf(Float.MAX_VALUE)).isEqualTo(1f);
    assertThat(Elementary.normalCdf(-Float.MAX_VALUE)).isZero();
    assertThat(Elementary.normalCdf(-12.9f)).isGreaterThanOrEqualTo(Float.MIN_NORMAL);
    assertThat(Elementary.normalCdf(-12.900001f)).isZero();
    assertThat(Elementary.normalCdf(-0f)).isEqualTo(0.5f);
    assertThat(Elementary.normalCdf(Float.MIN_VALUE)).isEqualTo(0.5f);
    assertThat(Elementary.log(Float.NaN)).isNaN();
    assertThat(Elementary.log(-1f)).isNaN();
    assertThat(Elementary.log(-0f)).isEqualTo(Float.NEGATIVE_INFINITY);
    assertThat(Elementary.log(Float.POSITIVE_INFINITY)).isEqualTo(Float.POSITIVE_INFINITY);
    assertThat(Elementary.log(1f)).isZero();
  }

  private static double worstUlps(
      FloatFunction function, DoubleUnaryOperator exact, float from, float to) {
    double worst = 0;
    double step = (to - from) / 1e6;
    for (double at = from; at <= to; at += step) {
      float x = (float) at;
      worst = Math.max(worst, ulps(function.apply(x), exact.applyAsDouble(x)));
    }
    return worst;
  }

  private static double ulps(float actual, double exact) {
    return Math.abs(actual - exact) / Math.ulp((float) exact);
  }
}
