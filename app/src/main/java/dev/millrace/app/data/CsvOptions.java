package dev.millrace.app.data;

import java.nio.file.Path;
import java.util.Optional;

/**
 * How a file of rows is to be read.
 *
 * @param header whether the first row names the columns; otherwise they are c1, c2, …
 * @param skipBadRows whether rows that cannot be used are counted and left out, not an error
 * @param delimiter what stands between cells, one ASCII character; empty: by the file's name
 * @param quotes whether a cell may be in quotes; empty: by the file's name
 * @param sortBy the column whose values give the order of the rows; empty: that of the file
 * @param labels the IDX file with the labels of images; empty: beside them, by its usual name
 */
public record CsvOptions(
    boolean header,
    boolean skipBadRows,
    Optional<Character> delimiter,
    Optional<Boolean> quotes,
    Optional<String> sortBy,
    Optional<Path> labels) {
  /** With a header, and every row good. */
  public static final CsvOptions DEFAULT = new CsvOptions(true, false);

  /** Delimiter and quotes by the file's name, rows in its order. */
  public CsvOptions(boolean header, boolean skipBadRows) {
    this(
        header,
        skipBadRows,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }
}
