package dev.millrace.topology;

/** Names within the topology. Stored state hangs on them: they never change. */
final class Names {
  static final String SOURCE = "events";
  static final String PROCESSOR = "learn";
  static final String STORE = "model";
  static final String PREDICTIONS = "predictions";
  static final String METRICS = "metrics";
  static final String SNAPSHOTS = "snapshots";
  static final String DEAD_LETTERS = "dead-letters";

  private Names() {}
}
