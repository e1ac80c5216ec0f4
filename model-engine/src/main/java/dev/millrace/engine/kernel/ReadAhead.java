package dev.millrace.engine.kernel;

/**
 * Fetches the rows of a table that are about to be used. A processor waits for the memory of only
 * as many rows as it has instructions at hand: of a loop that works on each row these are a few, of
 * one that reads a number of each they are dozens.
 */
public final class ReadAhead {
  /** What was read, so that the compiler must read it. */
  private float seen;

  /**
   * Reads a number of each row.
   *
   * @param table [any][columns] from {@code at}
   * @param rows which, {@code count} of them
   */
  public void fetch(float[] table, int at, int columns, int[] rows, int count) {
    float sum = 0f;
    for (int i = 0; i < count; i++) {
      sum += table[at + rows[i] * columns];
    }
    seen = sum;
  }

  /** The sum of the numbers read last. */
  float seen() {
    return seen;
  }
}
