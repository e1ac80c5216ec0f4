package dev.millrace.engine.kernel;

/**
 * Functions in float, defined by their operations: the same bits on every machine that has IEEE
 * arithmetic. Units in the last place from the exact value, measured: exp and log 1.0, tanh 1.3,
 * expm1 1.5, sigmoid 2.2, log1p 2.5, softplus 2.7, logCosh 3.8, normalCdf 5.4; power depends on its
 * arguments.
 *
 * <p>Polynomials of exp, tanh and log from Moshier's Cephes library, single precision; that of
 * normalCdf is fitted for the least relative error. They are evaluated with fused multiply-adds.
 * Where e^x or Φ(x) is too small for a normal float it is 0.
 */
public final class Elementary {
  /** Above it exp overflows to +Inf: ln of the largest float. */
  static final float EXP_MAX = 88.722839f;

  /** Below it exp is 0: ln of the smallest normal float. */
  static final float EXP_MIN = -87.336544f;

  static final float LOG2_E = 1.44269504088896341f;

  /** ln 2 in two parts, the first with few bits, so that its multiples are exact. */
  static final float LN2_HIGH = 0.693359375f;

  static final float LN2_LOW = -2.12194440e-4f;

  /** 1.5·2^23: adding it rounds to an integer, which then stands in the low bits. */
  static final float ROUND = 12582912f;

  static final float E0 = 1.9875691500e-4f;
  static final float E1 = 1.3981999507e-3f;
  static final float E2 = 8.3334519073e-3f;
  static final float E3 = 4.1665795894e-2f;
  static final float E4 = 1.6666665459e-1f;
  static final float E5 = 5.0000001201e-1f;

  /** Below it tanh is a polynomial, above it comes from exp. */
  static final float TANH_SMALL = 0.625f;

  static final float T0 = -5.70498872745e-3f;
  static final float T1 = 2.06390887954e-2f;
  static final float T2 = -5.37397155531e-2f;
  static final float T3 = 1.33314422036e-1f;
  static final float T4 = -3.33332819422e-1f;

  /** Below it sinh is a polynomial, whose square is less than 1. */
  private static final float SINH_SMALL = 0.85f;

  private static final float LN2 = 0.693147180559945309f;
  static final float SQRT_HALF = 0.70710678f;
  static final float L0 = 7.0376836292e-2f;
  static final float L1 = -1.1514610310e-1f;
  static final float L2 = 1.1676998740e-1f;
  static final float L3 = -1.2420140846e-1f;
  static final float L4 = 1.4249322787e-1f;
  static final float L5 = -1.6668057665e-1f;
  static final float L6 = 2.0000714765e-1f;
  static final float L7 = -2.4999993993e-1f;
  static final float L8 = 3.3333331174e-1f;

  /** Below it expm1 is -1. */
  static final float EXPM1_MIN = -32f;

  /** Above it mish(x) is x, and the squares of its formula stay finite. */
  static final float MISH_MAX = 20f;

  /** Above it Φ(-x) is no normal float. */
  static final float BELL_MAX = 12.9f;

  static final float INVERSE_SQRT_TWO_PI = 0.39894228040143268f;

  /** Φ(-a) = e^(-a²/2)·u·P(u), with u = 1 / (1 + N·a) and a polynomial P. */
  static final float N = 0.4f;

  static final float N0 = 0.031803980469703674f;
  static final float N1 = -0.17458899319171906f;
  static final float N2 = 0.3770873546600342f;
  static final float N3 = -0.3671002686023712f;
  static final float N4 = 0.11375977098941803f;
  static final float N5 = -0.023798102512955666f;
  static final float N6 = 0.09030131250619888f;
  static final float N7 = 0.1333552598953247f;
  static final float N8 = 0.1596025824546814f;
  static final float N9 = 0.15957710146903992f;

  private Elementary() {}

  /** e^x; NaN for NaN, +Inf above 88.72, 0 below -87.33. */
  public static float exp(float x) {
    if (x > EXP_MAX) {
      return Float.POSITIVE_INFINITY;
    }
    if (x < EXP_MIN) {
      return 0f;
    }
    // x = n·ln 2 + r with |r| ≤ ln 2 / 2, and e^x = 2^n·e^r, the power in two factors.
    float shifted = Math.fma(x, LOG2_E, ROUND);
    float whole = shifted - ROUND;
    float r = Math.fma(whole, -LN2_LOW, Math.fma(whole, -LN2_HIGH, x));
    float p = Math.fma(E0, r, E1);
    p = Math.fma(p, r, E2);
    p = Math.fma(p, r, E3);
    p = Math.fma(p, r, E4);
    p = Math.fma(p, r, E5);
    p = Math.fma(p, r * r, r) + 1f;
    int n = Float.floatToRawIntBits(shifted) - Float.floatToRawIntBits(ROUND);
    int half = n >> 1;
    return p * powerOfTwo(half) * powerOfTwo(n - half);
  }

  private static float powerOfTwo(int n) {
    return Float.intBitsToFloat((n + 127) << 23);
  }

  /** e^x - 1 for x up to 88, without losing a small x; NaN for NaN, -1 below -32, 0 for ±0. */
  public static float expm1(float x) {
    // As exp, but 2^n·e^r - 1 = 2^n·(e^r - 1) + (2^n - 1).
    float limited = Math.max(x, EXPM1_MIN);
    float shifted = Math.fma(limited, LOG2_E, ROUND);
    float whole = shifted - ROUND;
    float r = Math.fma(whole, -LN2_LOW, Math.fma(whole, -LN2_HIGH, limited));
    float p = Math.fma(E0, r, E1);
    p = Math.fma(p, r, E2);
    p = Math.fma(p, r, E3);
    p = Math.fma(p, r, E4);
    p = Math.fma(p, r, E5);
    p = Math.fma(p, r * r, r);
    int n = Float.floatToRawIntBits(shifted) - Float.floatToRawIntBits(ROUND);
    float power = powerOfTwo(n);
    return Math.fma(power, p, power - 1f);
  }

  /** 1 / (1 + e^-x), from e^-|x| so that neither side overflows; NaN for NaN. */
  public static float sigmoid(float x) {
    float e = exp(-Math.abs(x));
    return (x < 0 ? e : 1f) / (1f + e);
  }

  /** The hyperbolic tangent, odd in x, -0 included; NaN for NaN. */
  public static float tanh(float x) {
    float a = Math.abs(x);
    float t;
    if (a < TANH_SMALL) {
      float z = a * a;
      float p = Math.fma(T0, z, T1);
      p = Math.fma(p, z, T2);
      p = Math.fma(p, z, T3);
      p = Math.fma(p, z, T4);
      t = Math.fma(p * z, a, a);
    } else {
      t = 1f - 2f / (exp(a + a) + 1f);
    }
    return Math.copySign(t, x);
  }

  /** The natural logarithm; -Inf for ±0, NaN below 0 and for NaN, +Inf for +Inf. */
  public static float log(float x) {
    if (!(x > 0)) {
      return x == 0 ? Float.NEGATIVE_INFINITY : Float.NaN;
    }
    if (x == Float.POSITIVE_INFINITY) {
      return x;
    }
    int exponent = 0;
    if (x < Float.MIN_NORMAL) {
      x *= 0x1p24f;
      exponent = -24;
    }
    // x = 2^exponent·m with m in [sqrt(1/2), sqrt 2), and a polynomial in m - 1.
    exponent += Math.getExponent(x) + 1;
    float m = Math.scalb(x, -(Math.getExponent(x) + 1));
    if (m < SQRT_HALF) {
      exponent--;
      m = m + m;
    }
    float r = m - 1f;
    float z = r * r;
    float p = Math.fma(L0, r, L1);
    p = Math.fma(p, r, L2);
    p = Math.fma(p, r, L3);
    p = Math.fma(p, r, L4);
    p = Math.fma(p, r, L5);
    p = Math.fma(p, r, L6);
    p = Math.fma(p, r, L7);
    p = Math.fma(p, r, L8);
    p = Math.fma(exponent, LN2_LOW, p * r * z);
    p = Math.fma(-0.5f, z, p);
    return Math.fma(exponent, LN2_HIGH, r + p);
  }

  /** log(1 + x) for x in [0, 1], without losing a small x: Goldberg 1991, theorem 4. */
  public static float log1p(float x) {
    float u = 1f + x;
    return u == 1f ? x : log(u) * (x / (u - 1f));
  }

  /**
   * x^exponent for x of at least 0 and a finite exponent of at least 0, as e^(exponent·log x); 1
   * for an exponent of 0, whatever x is. Its relative error is 2^-24 times 2 + 2·|exponent·log x|.
   */
  public static float power(float x, float exponent) {
    return exponent == 0f ? 1f : exp(exponent * log(x));
  }

  /** log cosh x, from |x| so that nothing overflows; NaN for NaN. */
  public static float logCosh(float x) {
    float a = Math.abs(x);
    if (a < SINH_SMALL) {
      // (1/2)·log(1 + sinh² a), with the Taylor polynomial of sinh
      float square = a * a;
      float p = Math.fma(1f / 362880, square, 1f / 5040);
      p = Math.fma(p, square, 1f / 120);
      p = Math.fma(p, square, 1f / 6);
      float sinh = Math.fma(p * square, a, a);
      return 0.5f * log1p(sinh * sinh);
    }
    return (a - LN2) + log1p(exp(-(a + a)));
  }

  /** log(1 + e^x) = max(x, 0) + log(1 + e^-|x|); NaN for NaN, 0 below -87.33. */
  public static float softplus(float x) {
    return Math.max(x, 0f) + log1p(exp(-Math.abs(x)));
  }

  /**
   * The standard normal distribution's Φ(x) = (1 + erf(x / √2)) / 2, its lower tail without
   * cancellation; NaN for NaN, 0 below -12.9.
   */
  public static float normalCdf(float x) {
    return normalCdf(x, bell(x));
  }

  /** Φ(x), where {@link #bell}(x) is known. */
  static float normalCdf(float x, float bell) {
    float u = 1f / Math.fma(Math.abs(x), N, 1f);
    float p = Math.fma(N0, u, N1);
    p = Math.fma(p, u, N2);
    p = Math.fma(p, u, N3);
    p = Math.fma(p, u, N4);
    p = Math.fma(p, u, N5);
    p = Math.fma(p, u, N6);
    p = Math.fma(p, u, N7);
    p = Math.fma(p, u, N8);
    p = Math.fma(p, u, N9);
    float tail = bell * (p * u);
    return x > 0 ? 1f - tail : tail;
  }

  /** e^(-x²/2), with what rounding takes from x² put back; 0 where |x| &gt; 12.9. */
  static float bell(float x) {
    float square = x * x;
    float lost = Math.fma(x, x, -square);
    float e = exp(-0.5f * square);
    return Math.abs(x) > BELL_MAX ? 0f : Math.fma(e, -0.5f * lost, e);
  }
}
