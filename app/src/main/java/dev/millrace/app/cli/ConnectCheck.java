package dev.millrace.app.cli;

import dev.millrace.topology.config.Pipeline;
import java.time.Duration;
import java.util.List;

/** Whether what a pipeline needs is there: Kafka, its topics, the registry, the events' schema. */
public interface ConnectCheck {
  /**
   * @param what was looked at
   * @param ok whether the pipeline can run with it
   * @param detail what was found, and the way out if it is not ok
   */
  record Finding(String what, boolean ok, String detail) {}

  /**
   * @param bound how long each answer may take
   */
  List<Finding> check(Pipeline pipeline, Duration bound) throws InterruptedException;
}
