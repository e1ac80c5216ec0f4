package dev.millrace.engine.linalg;

/** A product of many numbers whose value may fit a double where the products on the way do not. */
final class ScaledProduct {
  private double mantissa = 1;
  private long exponent;

  void multiply(double factor) {
    if (factor == 0) {
      mantissa = 0;
    }
    int shift = Math.getExponent(factor);
    mantissa *= Math.scalb(factor, -shift);
    exponent += shift;
    int carry = Math.getExponent(mantissa);
    mantissa = Math.scalb(mantissa, -carry);
    exponent += mantissa == 0 ? 0 : carry;
  }

  double value() {
    return Math.scalb(mantissa, (int) Math.max(-3000, Math.min(3000, exponent)));
  }
}
