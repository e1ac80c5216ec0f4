package dev.millrace.app.data;

/**
 * How a file of rows is to be read.
 *
 * @param header whether the first row names the columns; otherwise they are c1, c2, …
 * @param skipBadRows whether rows that cannot be used are counted and left out, not an error
 */
public record CsvOptions(boolean header, boolean skipBadRows) {
  /** With a header, and every row good. */
  public static final CsvOptions DEFAULT = new CsvOptions(true, false);
}
