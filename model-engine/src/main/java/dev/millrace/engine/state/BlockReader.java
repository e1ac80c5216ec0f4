package dev.millrace.engine.state;

/** Where blocks come from. */
@FunctionalInterface
public interface BlockReader {
  /** The block last put under the key, or null. */
  byte[] get(String key);
}
