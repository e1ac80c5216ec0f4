package dev.millrace.formats;

/** A file that cannot be taken, or a model that a format cannot hold; the message says why. */
public final class FormatException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public FormatException(String message) {
    super(message);
  }

  public FormatException(String message, Throwable cause) {
    super(message, cause);
  }
}
