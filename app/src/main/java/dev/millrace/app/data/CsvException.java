package dev.millrace.app.data;

/** Something about a file of rows that its owner has to look at; the message says where. */
public final class CsvException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public CsvException(String message) {
    super(message);
  }
}
