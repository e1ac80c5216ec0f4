package dev.millrace.engine.layer;

/** One {@code Dense} layer as a user states it: its units and its activation. */
public record LayerSpec(int dense, Activation activation) {
  public LayerSpec {
    if (dense < 1) {
      throw new IllegalArgumentException("dense must be at least 1, dense=" + dense);
    }
  }
}
