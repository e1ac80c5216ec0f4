package dev.millrace.benchmarks.pipeline;

import java.util.List;

/**
 * One who runs.
 *
 * @param layers the hidden layers, as in a pipeline file; those of the passthrough decide nothing
 */
record Contestant(String name, String layers) {
  static final Contestant PASSTHROUGH = new Contestant("passthrough", "[]");
  static final List<Contestant> ALL =
      List.of(
          PASSTHROUGH,
          new Contestant("pipeline 1000-10", "[]"),
          new Contestant("pipeline 1000-512-10", "[{dense: 512, activation: relu}]"));
}
