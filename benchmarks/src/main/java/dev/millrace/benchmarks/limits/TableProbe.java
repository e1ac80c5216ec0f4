package dev.millrace.benchmarks.limits;

import dev.millrace.benchmarks.measure.Categories;
import dev.millrace.benchmarks.measure.CategoryRows;
import dev.millrace.benchmarks.measure.Subject;
import dev.millrace.benchmarks.measure.Task;

/**
 * The traffic of a table, with next to no arithmetic: a step reads the active rows of the weights,
 * row by row of the batch as a forward pass does, and then reads and writes those of the weights
 * and of each slot of the optimiser. Whoever learns from categories must do that, where they lie
 * and in the order in which they come.
 */
final class TableProbe implements Subject {
  private static final String KIND = "table";

  private final int batch;
  private final int fields;
  private final int columns;
  private final int[] indices; // by entry: where its row begins in each array
  private final float[][] arrays; // weights, then slots: [vocabulary][columns]
  private final float[] read; // [batch][fields][columns], or [batch] sums of single columns
  private int first;

  private TableProbe(Task task, int slots) {
    Categories categories = task.categories().orElseThrow();
    batch = task.batch();
    fields = categories.fields();
    columns = task.tableColumns();
    indices = new CategoryRows(categories).indices();
    for (int i = 0; i < indices.length; i++) {
      indices[i] *= columns;
    }
    arrays = new float[1 + slots][Math.multiplyExact(categories.vocabulary(), columns)];
    read = new float[batch * (columns == 1 ? 1 : fields * columns)];
  }

  /** What has another process measure the table of a task. */
  static String argument(Task task, int slots) {
    return KIND + " " + slots + " " + task.argument();
  }

  static boolean isArgument(String argument) {
    return argument.startsWith(KIND + " ");
  }

  static TableProbe parse(String argument) {
    String[] parts = argument.split(" ", 3);
    return new TableProbe(Task.parse(parts[2]), Integer.parseInt(parts[1]));
  }

  @Override
  public void step(int index) {
    int entries = batch * fields;
    if (columns == 1) {
      sum(arrays[0], indices, first, fields, read);
    } else {
      copy(arrays[0], indices, first, entries, columns, read);
    }
    for (float[] array : arrays) {
      if (columns == 1) {
        update(array, indices, first, entries);
      } else {
        update(array, indices, first, entries, columns);
      }
    }
    first = first + entries == indices.length ? 0 : first + entries;
  }

  private static void sum(float[] w, int[] indices, int first, int fields, float[] sums) {
    for (int row = 0; row < sums.length; row++) {
      int from = first + row * fields;
      float sum = 0f;
      for (int i = from; i < from + fields; i++) {
        sum += w[indices[i]];
      }
      sums[row] = sum;
    }
  }

  private static void copy(
      float[] w, int[] indices, int first, int entries, int columns, float[] to) {
    for (int i = 0; i < entries; i++) {
      System.arraycopy(w, indices[first + i], to, i * columns, columns);
    }
  }

  private static void update(float[] array, int[] indices, int first, int entries) {
    for (int i = first; i < first + entries; i++) {
      array[indices[i]] += 1f;
    }
  }

  private static void update(float[] array, int[] indices, int first, int entries, int columns) {
    for (int i = first; i < first + entries; i++) {
      int at = indices[i];
      for (int j = at; j < at + columns; j++) {
        array[j] += 1f;
      }
    }
  }
}
