package dev.millrace.topology.decode;

/** An event that cannot be used, and why. Carries no stack trace: bad input may come in floods. */
public final class BadEventException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final Reason reason;

  public BadEventException(Reason reason, String message) {
    super(message, null, false, false);
    this.reason = reason;
  }

  public Reason reason() {
    return reason;
  }
}
