package dev.millrace.engine.layer;

/**
 * The rows of a table that a batch uses, in the order of first use, each once.
 *
 * <p>Whether the batch has used a row already says its mark, base plus place if it has. The base
 * moves on by as many places as a batch filled, so that marks need no clearing, and what an older
 * batch marked lies out of range and costs no wrong guess of a branch. The place is checked all the
 * same (Briggs and Torczon, "An efficient representation for sparse sets", 1993), since marks come
 * round again after 2^32 places.
 */
final class DistinctRows {
  private final int tableRows;
  private final long[] seen; // a bit a row of the table, all 0 between calls
  private int[] marks = {}; // by row of the table, once they are needed
  private int base;
  private int[] rows = {}; // by place
  private int[] places = {}; // by entry
  private int count;

  DistinctRows(int tableRows) {
    this.tableRows = tableRows;
    seen = new long[(tableRows >>> 6) + 1];
  }

  /** Whether each of the first so many entries uses another row. */
  boolean areAll(int[] tableRows, int entries) {
    long[] seen = this.seen;
    boolean twice = false;
    for (int i = 0; i < entries; i++) {
      int row = tableRows[i];
      twice |= (seen[row >>> 6] & 1L << row) != 0;
      seen[row >>> 6] |= 1L << row;
    }
    for (int i = 0; i < entries; i++) {
      seen[tableRows[i] >>> 6] = 0;
    }
    return !twice;
  }

  /** Finds those of the first so many entries. */
  void find(int[] tableRows, int entries) {
    if (entries > rows.length) {
      int room = Integer.highestOneBit(2 * entries - 1);
      rows = new int[room];
      places = new int[room];
    }
    if (marks.length == 0) {
      marks = new int[this.tableRows];
    }
    int[] marks = this.marks;
    int[] rows = this.rows;
    int[] places = this.places;
    int base = this.base + count;
    int count = 0;
    for (int i = 0; i < entries; i++) {
      int row = tableRows[i];
      int place = marks[row] - base;
      if (!isPlaceOf(row, place, rows, count)) {
        place = count++;
        marks[row] = base + place;
        rows[place] = row;
      }
      places[i] = place;
    }
    this.base = base;
    this.count = count;
  }

  private static boolean isPlaceOf(int row, int place, int[] rows, int count) {
    return place >= 0 && place < count && rows[place] == row;
  }

  /** How many there are. */
  int count() {
    return count;
  }

  /** The rows. */
  int[] rows() {
    return rows;
  }

  /** By entry, the place of its row. */
  int[] places() {
    return places;
  }
}
