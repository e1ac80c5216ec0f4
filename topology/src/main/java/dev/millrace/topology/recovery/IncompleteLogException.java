package dev.millrace.topology.recovery;

/** The log no longer has the events that a model was made from. */
public final class IncompleteLogException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  IncompleteLogException(String message) {
    super(message);
  }
}
