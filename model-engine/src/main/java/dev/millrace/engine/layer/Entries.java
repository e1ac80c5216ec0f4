package dev.millrace.engine.layer;

import java.util.Arrays;

/**
 * The categories of some rows: for each field of a row its active entries, an index with a weight.
 * A row with one category a field has one entry a field; a text has one a word. Indices count over
 * the categories of all fields, one field behind the other.
 *
 * <pre>
 *   entries of row r, field f: from bounds[r·fields + f] until bounds[r·fields + f + 1]
 * </pre>
 */
public final class Entries {
  private final int fields;
  private int[] bounds;
  private int[] indices;
  private float[] weights;
  private int closedFields; // of all rows
  private int count;

  /**
   * No rows yet.
   *
   * @param fields the number of fields of a row
   * @param rows how many rows to make room for; more may come
   */
  public Entries(int fields, int rows) {
    this.fields = fields;
    int most = Math.multiplyExact(fields, rows);
    bounds = new int[most + 1];
    indices = new int[Math.max(1, most)];
    weights = new float[indices.length];
  }

  /** The number of fields of a row. */
  public int fields() {
    return fields;
  }

  /** Appends an entry to the open field. */
  public void add(int index, float weight) {
    if (count == indices.length) {
      indices = Arrays.copyOf(indices, 2 * count);
      weights = Arrays.copyOf(weights, 2 * count);
    }
    indices[count] = index;
    weights[count] = weight;
    count++;
  }

  /** Closes the open field; what is added next belongs to the field behind it. */
  public void endField() {
    closedFields++;
    if (closedFields == bounds.length) {
      bounds = Arrays.copyOf(bounds, 2 * closedFields);
    }
    bounds[closedFields] = count;
  }

  /** Forgets all rows. */
  public void clear() {
    closedFields = 0;
    count = 0;
  }

  /** The entries of all rows. */
  public int count() {
    return count;
  }

  /** The fields of all rows that have been closed. */
  public int closedFields() {
    return closedFields;
  }

  /** Where the entries of a field begin, counted over the fields of all rows. */
  public int start(int field) {
    return bounds[field];
  }

  /** Where the entries of a field begin; those of the next field begin where they end. */
  public int start(int row, int field) {
    return bounds[row * fields + field];
  }

  /** Where the entries of a field end. */
  public int end(int row, int field) {
    return bounds[row * fields + field + 1];
  }

  /** The entries of some rows; they stand one behind the other. */
  public int count(int firstRow, int rows) {
    return bounds[(firstRow + rows) * fields] - bounds[firstRow * fields];
  }

  /** The index of an entry. */
  public int index(int entry) {
    return indices[entry];
  }

  /** Puts another index in the place of an entry's. */
  public void setIndex(int entry, int index) {
    indices[entry] = index;
  }

  /** The weight of an entry. */
  public float weight(int entry) {
    return weights[entry];
  }

  // The arrays themselves, for loops over many rows; they change with the next entry.
  int[] bounds() {
    return bounds;
  }

  int[] indices() {
    return indices;
  }

  float[] weights() {
    return weights;
  }
}
