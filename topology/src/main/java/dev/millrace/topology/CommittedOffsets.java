package dev.millrace.topology;

import dev.millrace.topology.config.Pipeline;
import java.util.OptionalLong;

/** How far a pipeline has come in its input, as the brokers know it. */
@FunctionalInterface
public interface CommittedOffsets {
  /** Each takes some ten seconds where nobody answers. */
  int TRIES_MAX = 12;

  /** The offset that the pipeline goes on from in a partition; empty if it never committed one. */
  OptionalLong of(int partition);

  /** As the pipeline's own brokers know it; brokers that are away are waited for, two minutes. */
  static CommittedOffsets of(Pipeline pipeline) {
    return partition -> {
      for (int tries = 1; ; tries++) {
        try (Brokers brokers = new Brokers(pipeline)) {
          Long offset = brokers.committed(pipeline).get(partition);
          return offset == null ? OptionalLong.empty() : OptionalLong.of(offset);
        } catch (PreflightException e) {
          if (tries == TRIES_MAX || Thread.currentThread().isInterrupted()) {
            throw e;
          }
        }
      }
    };
  }
}
