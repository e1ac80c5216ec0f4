package dev.millrace.app.data;

import java.util.ArrayList;
import java.util.List;

/**
 * Columns that equal the label, and pairs of columns that add up to it, in every row: they are
 * known only when the label is, and a model that sees them learns nothing else.
 */
final class LabelSums {
  /** Pairs are tried among so many columns at most. */
  private static final int PAIRED_MAX = 64;

  private final int label;
  private final List<int[]> candidates = new ArrayList<>();
  private boolean started;

  LabelSums(int width, int label) {
    this.label = label;
    if (label < 0) {
      return;
    }
    for (int a = 0; a < width; a++) {
      if (a == label) {
        continue;
      }
      candidates.add(new int[] {a});
      for (int b = a + 1; b < width && width <= PAIRED_MAX; b++) {
        if (b != label) {
          candidates.add(new int[] {a, b});
        }
      }
    }
  }

  void add(double[] row) {
    if (candidates.isEmpty()) {
      return;
    }
    started = true;
    double expected = row[label];
    candidates.removeIf(c -> (c.length == 1 ? row[c[0]] : row[c[0]] + row[c[1]]) != expected);
  }

  /** Constant columns take no part: a sum with a zero is no sum. */
  List<List<Column>> found(List<Column> columns) {
    List<List<Column>> found = new ArrayList<>();
    if (!started || columns.get(label).isConstant()) {
      return found;
    }
    for (int[] candidate : candidates) {
      List<Column> sum = new ArrayList<>();
      for (int index : candidate) {
        sum.add(columns.get(index));
      }
      if (sum.stream().noneMatch(Column::isConstant)) {
        found.add(List.copyOf(sum));
      }
    }
    return List.copyOf(found);
  }
}
