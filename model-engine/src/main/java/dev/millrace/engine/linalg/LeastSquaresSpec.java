package dev.millrace.engine.linalg;

/**
 * What {@link RecursiveLeastSquares} minimises.
 *
 * @param inputs the width of a row of x, at least 1
 * @param outputs the width of a row of y, at least 1
 * @param intercept whether there is a constant input of 1 behind the others; it has the ridge too
 * @param ridge what is added to the diagonal of the sum of squares before the first row, within
 *     1e-15 … 1e15
 * @param forgetting lambda in (0, 1]: what a row counts after one more row; 1 forgets nothing,
 *     0.999 remembers about 1,000 rows
 * @param windUpLimit at least 1: how many times smaller than the ridge the information about a
 *     direction may become by forgetting. With forgetting = 1 it is never reached.
 */
public record LeastSquaresSpec(
    int inputs,
    int outputs,
    boolean intercept,
    double ridge,
    double forgetting,
    double windUpLimit) {
  /** The default of windUpLimit. */
  public static final double WIND_UP_LIMIT = 1e6;

  public LeastSquaresSpec {
    check("inputs", inputs, inputs >= 1, "at least 1");
    check("outputs", outputs, outputs >= 1, "at least 1");
    check("ridge", ridge, ridge >= 1e-15 && ridge <= 1e15, "within 1e-15 and 1e15");
    check("forgetting", forgetting, forgetting > 0 && forgetting <= 1, "above 0 and at most 1");
    check("windUpLimit", windUpLimit, windUpLimit >= 1 && windUpLimit <= 1e15, "within 1 and 1e15");
  }

  /** Without forgetting, with an intercept. */
  public static LeastSquaresSpec of(int inputs, int outputs, double ridge) {
    return new LeastSquaresSpec(inputs, outputs, true, ridge, 1, WIND_UP_LIMIT);
  }

  public LeastSquaresSpec withoutIntercept() {
    return new LeastSquaresSpec(inputs, outputs, false, ridge, forgetting, windUpLimit);
  }

  public LeastSquaresSpec withForgetting(double forgetting) {
    return new LeastSquaresSpec(inputs, outputs, intercept, ridge, forgetting, windUpLimit);
  }

  public LeastSquaresSpec withWindUpLimit(double windUpLimit) {
    return new LeastSquaresSpec(inputs, outputs, intercept, ridge, forgetting, windUpLimit);
  }

  /** Rows of the weights: the inputs, and one for the intercept if there is one. */
  public int weightRows() {
    return inputs + (intercept ? 1 : 0);
  }

  private static void check(String name, Object value, boolean holds, String range) {
    if (!holds) {
      throw new IllegalArgumentException(
          "%s must be %s, %s=%s".formatted(name, range, name, value));
    }
  }
}
