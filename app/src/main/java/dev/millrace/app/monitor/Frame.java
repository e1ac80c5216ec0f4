package dev.millrace.app.monitor;

import dev.millrace.topology.Restoring;
import java.util.List;
import java.util.Optional;

/**
 * How a pipeline stands at one moment.
 *
 * @param time in milliseconds since 1970
 * @param state of this instance, by Kafka Streams' names
 * @param problem what keeps the figures from being read, or ended the pipeline; else empty
 * @param restoring models that are being read back
 * @param models by partition, those of other instances among them
 * @param deadLetters told of so far by this monitor: changes when there are new ones
 */
public record Frame(
    String pipeline,
    long time,
    String state,
    Optional<String> problem,
    List<Restoring> restoring,
    List<ModelFrame> models,
    long deadLetters) {}
