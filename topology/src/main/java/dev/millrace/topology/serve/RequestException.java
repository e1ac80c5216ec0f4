package dev.millrace.topology.serve;

/** What was asked cannot be answered, and why; the asker can mend it. Carries no stack trace. */
public final class RequestException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public RequestException(String message) {
    super(message, null, false, false);
  }
}
