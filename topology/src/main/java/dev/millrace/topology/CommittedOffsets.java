package dev.millrace.topology;

import dev.millrace.topology.config.Pipeline;
import java.util.OptionalLong;

/** How far a pipeline has come in its input, as the brokers know it. */
@FunctionalInterface
public interface CommittedOffsets {
  /** The offset that the pipeline goes on from in a partition; empty if it never committed one. */
  OptionalLong of(int partition);

  /** As the pipeline's own brokers know it. */
  static CommittedOffsets of(Pipeline pipeline) {
    return partition -> {
      try (Brokers brokers = new Brokers(pipeline)) {
        Long offset = brokers.committed(pipeline).get(partition);
        return offset == null ? OptionalLong.empty() : OptionalLong.of(offset);
      }
    };
  }
}
