package dev.millrace.topology;

import dev.millrace.topology.config.Pipeline;

/** Names within the topology. Stored state hangs on them: they never change. */
public final class Names {
  static final String SOURCE = "events";
  static final String CONTROL = "control";
  static final String PROCESSOR = "learn";
  static final String STORE = "model";
  public static final String PREDICTIONS = "predictions";
  public static final String METRICS = "metrics";
  public static final String SNAPSHOTS = "snapshots";
  public static final String DEAD_LETTERS = "dead-letters";
  public static final String CONTROL_LOG = "control-log";

  private Names() {}

  /** The model of an input partition: {@code elec2-0}. */
  public static String model(String pipeline, int partition) {
    return pipeline + "-" + partition;
  }

  /** The topic that a pipeline's models are restored from, as Kafka Streams names it. */
  public static String changelog(Pipeline pipeline) {
    return pipeline.name() + "-" + STORE + "-changelog";
  }
}
