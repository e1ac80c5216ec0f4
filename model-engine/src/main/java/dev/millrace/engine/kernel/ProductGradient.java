package dev.millrace.engine.kernel;

/**
 * The gradient that one row has by some ranges of a flat array of weights, as the product that it
 * is, so that it need not be stored: element j of range i is {@code factors[i]·dy[dyAt + j]}, and
 * the range begins at {@code at + index[i]·stride}. Ranges do not overlap.
 *
 * <p>One object for many gradients; arrays stay their owner's.
 */
public final class ProductGradient {
  int at;
  int stride;
  int[] index;
  float[] factors;
  int count;
  float[] dy;
  int dyAt;
  int length;

  /**
   * States the ranges.
   *
   * @param at where the range of index 0 begins
   * @param stride how far apart two ranges begin whose indices follow each other
   * @param index of each range
   * @param factors of each range, finite
   * @param count how many ranges
   */
  public ProductGradient begin(int at, int stride, int[] index, float[] factors, int count) {
    this.at = at;
    this.stride = stride;
    this.index = index;
    this.factors = factors;
    this.count = count;
    return this;
  }

  /** States what the factors are multiplied with, and so the length of each range. */
  public ProductGradient of(float[] dy, int dyAt, int length) {
    this.dy = dy;
    this.dyAt = dyAt;
    this.length = length;
    return this;
  }

  /** The same ranges further on. */
  public ProductGradient from(int at) {
    this.at = at;
    return this;
  }

  public int at() {
    return at;
  }

  public int stride() {
    return stride;
  }

  /** By range, its index; [{@link #count}]. */
  public int[] index() {
    return index;
  }

  public int count() {
    return count;
  }

  /** The length of each range. */
  public int length() {
    return length;
  }

  /** Writes the gradient, range by range, each element a fused multiply-add to 0. */
  public void writeTo(float[] g) {
    if (length == 1) {
      float slope = dy[dyAt];
      for (int i = 0; i < count; i++) {
        g[i] = Math.fma(factors[i], slope, 0f);
      }
      return;
    }
    for (int i = 0; i < count; i++) {
      for (int j = 0; j < length; j++) {
        g[i * length + j] = Math.fma(factors[i], dy[dyAt + j], 0f);
      }
    }
  }
}
