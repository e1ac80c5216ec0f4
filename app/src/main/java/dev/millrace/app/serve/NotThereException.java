package dev.millrace.app.serve;

/** A model or version that is asked for is not served, or not yet. Carries no stack trace. */
final class NotThereException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int status;

  NotThereException(int status, String message) {
    super(message, null, false, false);
    this.status = status;
  }

  /** Of HTTP. */
  int status() {
    return status;
  }
}
