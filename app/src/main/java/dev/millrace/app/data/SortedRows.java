package dev.millrace.app.data;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * Rows held in memory, in the order of one column: of numbers by size, of anything else by its
 * UTF-8 bytes, as ISO dates sort. Rows alike stay in the order of the file; rows without a value
 * come last.
 */
final class SortedRows {
  /** More than this is a task for a tool that sorts on disk. */
  private static final long BYTES_MAX = 1L << 30;

  /** A row, the line in which it begins, and the cell to sort by as a number. */
  private record Held(RowCells row, long line, double number) {}

  private final Path file;
  private final int column;
  private final long bytesMax;
  private final List<Held> rows = new ArrayList<>();
  private long bytes;
  private boolean numbers = true;
  private int next;

  SortedRows(Path file, int column) {
    this(file, column, BYTES_MAX);
  }

  SortedRows(Path file, int column, long bytesMax) {
    this.file = file;
    this.column = column;
    this.bytesMax = bytesMax;
  }

  void add(RowCells row, long line) {
    bytes += row.length() + 4L * row.count() + 64;
    if (bytes > bytesMax) {
      throw new CsvException(
          "%s:%d: the rows take more than %,d bytes, too many to be sorted in memory; sort the file before"
              .formatted(file, line, bytesMax));
    }
    int start = row.start(column);
    int length = row.length(column);
    double number = Numbers.parseDouble(row.bytes(), start, length);
    numbers &= !Double.isNaN(number) || Numbers.isMissing(row.bytes(), start, length);
    rows.add(new Held(row.copy(), line, number));
  }

  void sort() {
    rows.sort(
        numbers
            ? Comparator.comparingDouble(Held::number) // NaN, a missing one, is the largest
            : this::compareTexts);
  }

  private int compareTexts(Held a, Held b) {
    boolean missing = a.row.length(column) == 0;
    if (missing || b.row.length(column) == 0) {
      return Boolean.compare(missing, b.row.length(column) == 0);
    }
    int first = a.row.start(column);
    int second = b.row.start(column);
    return Arrays.compareUnsigned(
        a.row.bytes(),
        first,
        first + a.row.length(column),
        b.row.bytes(),
        second,
        second + b.row.length(column));
  }

  boolean next() {
    return next++ < rows.size();
  }

  RowCells row() {
    return rows.get(next - 1).row;
  }

  long line() {
    return rows.get(next - 1).line;
  }

  double share() {
    return rows.isEmpty() ? 1 : Math.min(1, (double) next / rows.size());
  }
}
