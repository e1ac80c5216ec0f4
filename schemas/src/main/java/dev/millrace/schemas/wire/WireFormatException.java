package dev.millrace.schemas.wire;

/**
 * Bytes that are not what they should be: a fact about a record, never about this program. The
 * message says what was expected and what was found, fit for a dead-letter header.
 */
public final class WireFormatException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public WireFormatException(String message) {
    super(message);
  }

  public WireFormatException(String message, Throwable cause) {
    super(message, cause);
  }
}
