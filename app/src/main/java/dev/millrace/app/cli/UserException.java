package dev.millrace.app.cli;

/**
 * Something that the user can put right.
 *
 * <p>The message says what is wrong, {@link #wayOut} what to do; both without a final full stop.
 */
public final class UserException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String wayOut;

  public UserException(String message, String wayOut) {
    this(message, wayOut, null);
  }

  public UserException(String message, String wayOut, Throwable cause) {
    super(message, cause);
    this.wayOut = wayOut;
  }

  public String wayOut() {
    return wayOut;
  }
}
