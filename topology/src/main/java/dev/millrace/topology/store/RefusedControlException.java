package dev.millrace.topology.store;

/** What was asked of a model cannot be done; nothing was changed. */
public final class RefusedControlException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  RefusedControlException(String message) {
    super(message);
  }
}
