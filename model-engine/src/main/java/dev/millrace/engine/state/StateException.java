package dev.millrace.engine.state;

/** Stored state that cannot be what was written: a block is missing, of another size or broken. */
public final class StateException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public StateException(String message) {
    super(message);
  }

  public StateException(String message, Throwable cause) {
    super(message, cause);
  }
}
