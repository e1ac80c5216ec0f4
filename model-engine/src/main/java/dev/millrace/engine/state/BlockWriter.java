package dev.millrace.engine.state;

/** Where blocks go. */
@FunctionalInterface
public interface BlockWriter {
  /** Keeps a block; a block of the same key is replaced. The value is not changed afterwards. */
  void put(String key, byte[] value);
}
