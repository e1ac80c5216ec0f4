package dev.millrace.benchmarks.measure;

import java.util.Map;

/** Whose steps are timed. */
public interface Subject extends AutoCloseable {
  /**
   * Makes one step.
   *
   * @param index how many came before
   */
  void step(int index);

  /** What else the reader should know, by name: a version, a size. */
  default Map<String, String> facts() {
    return Map.of();
  }

  @Override
  default void close() {}
}
