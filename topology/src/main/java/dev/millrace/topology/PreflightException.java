package dev.millrace.topology;

/** Something outside Millrace that a pipeline needs is not there; the message says the way out. */
public final class PreflightException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public PreflightException(String message) {
    super(message);
  }

  public PreflightException(String message, Throwable cause) {
    super(message, cause);
  }
}
