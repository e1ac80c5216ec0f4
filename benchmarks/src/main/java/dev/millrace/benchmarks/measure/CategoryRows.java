package dev.millrace.benchmarks.measure;

import java.util.SplittableRandom;

/**
 * Random rows of categories, each uniform in its field: harsher than life, where few categories are
 * most of the traffic. There are so many rows that no branch predictor knows what comes, and that
 * 39 fields touch every row of a table of 2^18 more than twice before the first row comes again.
 */
public final class CategoryRows {
  /** Distinct rows. */
  public static final int ROWS = 1 << 14;

  private static final long SEED = 2;

  private final int fields;
  private final int[] indices;

  public CategoryRows(Categories categories) {
    SplittableRandom random = new SplittableRandom(SEED);
    fields = categories.fields();
    indices = new int[ROWS * fields];
    for (int i = 0; i < indices.length; i++) {
      int field = i % fields;
      indices[i] = random.nextInt(categories.first(field), categories.first(field + 1));
    }
  }

  /** The categories of all rows, counted over all fields: [{@value #ROWS}][fields]. */
  public int[] indices() {
    return indices;
  }
}
