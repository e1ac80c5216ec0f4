package dev.millrace.topology.recovery;

/** A published copy of a model is not what was published, or not all of it is there. */
public final class BrokenSnapshotException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public BrokenSnapshotException(String message) {
    super(message);
  }
}
