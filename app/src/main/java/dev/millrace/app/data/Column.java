package dev.millrace.app.data;

import java.util.List;

/**
 * What a column of a file holds, by all its rows.
 *
 * @param name as the file has it
 * @param avroName as the schema has it
 * @param missing how many rows have no value here
 * @param distinct how many different values there are, counted up to {@link
 *     ColumnTypes#DISTINCT_MAX}
 * @param values the different values as text in order, numbers by size; empty if they are more than
 *     {@link ColumnTypes#VALUES_MAX}
 * @param allDistinct whether no value occurs twice, as far as counted
 * @param rising whether these are whole numbers, none missing, each larger than that of the row
 *     before
 * @param dates whether all values look like a date or a time
 * @param whole whether these are numbers without a fraction, as 1.0
 */
public record Column(
    int index,
    String name,
    String avroName,
    Kind kind,
    long rows,
    long missing,
    int distinct,
    List<String> values,
    boolean allDistinct,
    boolean rising,
    boolean dates,
    boolean whole) {

  /** The type of a column's cells. */
  public enum Kind {
    BOOLEAN,
    LONG,
    DOUBLE,
    STRING
  }

  /** Rows too few to tell an identifier from chance. */
  private static final int ROWS_TELLING = 10;

  public Column {
    values = List.copyOf(values);
  }

  public boolean isNumber() {
    return kind == Kind.LONG || kind == Kind.DOUBLE;
  }

  /** Whether there is one value, or none, in all rows. */
  public boolean isConstant() {
    return distinct == 0 || distinct == 1 && missing == 0;
  }

  /** Whether this is a row number, or another number that only tells rows apart. */
  public boolean isRowNumber() {
    return rising && rows >= ROWS_TELLING;
  }

  /** Whether these are texts of which no two rows share one. */
  public boolean isTextId() {
    return kind == Kind.STRING && allDistinct && rows >= ROWS_TELLING;
  }
}
