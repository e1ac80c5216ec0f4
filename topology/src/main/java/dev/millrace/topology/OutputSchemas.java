package dev.millrace.topology;

import dev.millrace.schemas.Control;
import dev.millrace.schemas.ControlOutcome;
import dev.millrace.schemas.Metrics;
import dev.millrace.schemas.Prediction;
import dev.millrace.schemas.SnapshotBlock;
import dev.millrace.schemas.SnapshotManifest;
import dev.millrace.schemas.registry.SchemaRegistry;
import dev.millrace.schemas.registry.Subjects;
import dev.millrace.topology.config.Pipeline;

/**
 * The ids that the registry gave to what Millrace writes, and to what its control topic takes. The
 * snapshots topic carries two schemas: the manifest under {@code <topic>-value}, the block under
 * Confluent's topic-record name.
 */
public record OutputSchemas(
    int prediction, int metrics, int manifest, int block, int control, int controlOutcome) {
  /** Registers the schemas of a pipeline's outputs. */
  public static OutputSchemas register(SchemaRegistry registry, Pipeline.Outputs outputs) {
    return new OutputSchemas(
        registry.register(Subjects.value(outputs.predictions()), Prediction.SCHEMA),
        registry.register(Subjects.value(outputs.metrics()), Metrics.SCHEMA),
        registry.register(Subjects.value(outputs.snapshots()), SnapshotManifest.SCHEMA),
        registry.register(
            outputs.snapshots() + "-" + SnapshotBlock.SCHEMA.getFullName(), SnapshotBlock.SCHEMA),
        registry.register(Subjects.value(outputs.control()), Control.SCHEMA),
        registry.register(Subjects.value(outputs.controlLog()), ControlOutcome.SCHEMA));
  }
}
