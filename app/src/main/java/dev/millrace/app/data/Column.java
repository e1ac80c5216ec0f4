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
 * @param shape what the cells look like beyond that
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
    boolean whole,
    CellShape shape) {

  /** The type of a column's cells. */
  public enum Kind {
    BOOLEAN,
    LONG,
    DOUBLE,
    STRING
  }

  /** A name that is or ends with the word "id". */
  private static final String ID = "(?:.*[^A-Za-z])?[iI][dD]|.*[a-z]I[dD]|.*[a-z0-9]ID";

  /** Rows too few to tell an identifier from chance. */
  private static final int ROWS_TELLING = 10;

  /** Names have fewer words than this, sentences more. */
  private static final double WORDS_OF_TEXT = 2.5;

  /** Fewer different values than this are categories, however long. */
  private static final int DISTINCT_OF_TEXT = 32;

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

  /** Whether this is a row number: it counts from 0 or 1, or rises and has no name. */
  public boolean isRowNumber() {
    boolean unnamed = name.equals("column_" + (index + 1));
    boolean differs = rising || kind == Kind.LONG && allDistinct;
    return rows >= ROWS_TELLING && (shape.counting() || differs && unnamed);
  }

  /** Whether these are whole numbers that their name says are names: {@code userId}. */
  public boolean isNumberedId() {
    return kind == Kind.LONG && name.matches(ID);
  }

  /** Whether no two rows share such a number, so that it tells rows apart and nothing else. */
  public boolean isRowId() {
    return isNumberedId() && allDistinct && rows >= ROWS_TELLING;
  }

  /** Whether this number is larger in each row, as time is. */
  public boolean isRising() {
    return rising && rows >= ROWS_TELLING;
  }

  /** Whether these are texts of several words. */
  public boolean isText() {
    return kind == Kind.STRING
        && !shape.nominal()
        && !dates
        && shape.words() >= WORDS_OF_TEXT
        && distinct > DISTINCT_OF_TEXT;
  }

  /** Whether these are texts, of a word or two, of which no two rows share one. */
  public boolean isTextId() {
    return kind == Kind.STRING && allDistinct && rows >= ROWS_TELLING;
  }
}
