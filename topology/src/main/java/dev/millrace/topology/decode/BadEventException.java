package dev.millrace.topology.decode;

import dev.millrace.schemas.wire.WireFormatException;

/** An event that cannot be used, and why. Carries no stack trace: bad input may come in floods. */
public final class BadEventException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final Reason reason;

  public BadEventException(Reason reason, String message) {
    super(message, null, false, false);
    this.reason = reason;
  }

  /** For bytes that are not what the schema says. */
  public BadEventException(WireFormatException bytes) {
    this(Reason.valueOf(bytes.kind().name()), bytes.getMessage());
  }

  public Reason reason() {
    return reason;
  }
}
