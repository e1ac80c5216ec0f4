package dev.millrace.app.data;

import java.nio.file.Path;

/** Something about a file of rows that its owner has to look at; the message says where. */
public final class CsvException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public CsvException(String message) {
    super(message);
  }

  /** For a file with nothing to learn from. */
  static CsvException noRows(Path file, long skipped) {
    return new CsvException(
        skipped == 0
            ? file + " has a header and no rows; expected at least one row below it"
            : "%s has no row that can be used; %,d were left out".formatted(file, skipped));
  }
}
