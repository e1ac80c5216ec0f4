package dev.millrace.app.data;

import java.util.Arrays;

/** The cells of one row in one reused array, a separator between them. */
final class RowCells {
  /** A row larger than this is a quote that was not closed, not a row. */
  private static final int BYTES_MAX = 1 << 26;

  private byte[] own = new byte[1 << 12];
  private byte[] bytes = own; // these, or those of a line that lies elsewhere
  private int base; // where the row begins
  private int[] ends = new int[64];
  private int length;
  private int count;
  private int or;

  void clear() {
    bytes = own;
    base = 0;
    length = 0;
    count = 0;
    or = 0;
  }

  /**
   * @param or the bytes' disjunction, whose sign tells whether there is one beyond ASCII
   */
  void append(byte[] source, int from, int to, int or) {
    int size = to - from;
    reserve(size);
    System.arraycopy(source, from, bytes, length, size);
    length += size;
    this.or |= or;
  }

  /** Ends a cell of the line that {@link #view} shows next, so many bytes into it. */
  void endCellAt(int end) {
    if (count == ends.length) {
      ends = Arrays.copyOf(ends, 2 * count);
    }
    ends[count++] = end;
  }

  /**
   * Shows a whole row, whose cells have ended, where it lies. The source must not change until the
   * next {@link #clear}.
   */
  void view(byte[] source, int from, int to, int or) {
    assert length == 0 : "a line is a whole row";
    bytes = source;
    base = from;
    length = to - from;
    this.or = or;
  }

  void append(byte b) {
    reserve(1);
    bytes[length++] = b;
  }

  /** Takes back the last byte of the current cell if it is this one. */
  void dropLast(byte b) {
    int start = count == 0 ? 0 : ends[count - 1] + 1;
    if (length > start && bytes[length - 1] == b) {
      length--;
    }
  }

  /** Takes back the last byte of the last cell if it is this one, once all cells have ended. */
  void dropLastOfRow(byte b) {
    int last = count - 1;
    if (length(last) > 0 && bytes[base + ends[last] - 1] == b) {
      ends[last]--;
    }
  }

  void endCell(byte separator) {
    if (count == ends.length) {
      ends = Arrays.copyOf(ends, 2 * count);
    }
    ends[count++] = length;
    append(separator);
  }

  /** Takes back the last cell if it is empty, as after a delimiter at the end of a line. */
  void dropEmptyLast() {
    if (count > 1 && length(count - 1) == 0) {
      count--;
      length = ends[count - 1] + 1;
    }
  }

  /** The same cells in arrays of their own. */
  RowCells copy() {
    RowCells copy = new RowCells();
    copy.own = Arrays.copyOfRange(bytes, base, base + length);
    copy.bytes = copy.own;
    copy.ends = Arrays.copyOf(ends, count);
    copy.length = length;
    copy.count = count;
    copy.or = or;
    return copy;
  }

  private void reserve(int size) {
    if (bytes.length - length < size) {
      if (length + size > BYTES_MAX) {
        throw new CsvException(
            "a row has more than 64 MiB; a quote seems to open that is never closed");
      }
      own = Arrays.copyOf(own, Math.max(2 * own.length, length + size));
      bytes = own;
    }
  }

  /** What {@link #start} counts in. */
  byte[] bytes() {
    return bytes;
  }

  /** Where the row begins in {@link #bytes}. */
  int start() {
    return base;
  }

  int length() {
    return length;
  }

  int count() {
    return count;
  }

  int start(int cell) {
    return base + (cell == 0 ? 0 : ends[cell - 1] + 1);
  }

  int length(int cell) {
    return base + ends[cell] - start(cell);
  }

  boolean hasNonAscii() {
    return or < 0;
  }
}
