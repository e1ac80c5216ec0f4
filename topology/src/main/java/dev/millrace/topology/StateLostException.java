package dev.millrace.topology;

import dev.millrace.topology.config.Pipeline;

/** A pipeline has come to an offset of its input, and there is no model that has learned so far. */
public final class StateLostException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public StateLostException(Pipeline pipeline, int partition, long committed) {
    super(
        "the state of pipeline '%s' is lost: it has committed offset %d of %s-%d, and topic '%s' holds no model of it. Nothing was changed. Make the model again from the newest snapshot and the log: millrace snapshots restore FILE; or begin a new one: millrace run FILE --reset"
            .formatted(
                pipeline.name(),
                committed,
                pipeline.input().topic(),
                partition,
                Names.changelog(pipeline)));
  }
}
