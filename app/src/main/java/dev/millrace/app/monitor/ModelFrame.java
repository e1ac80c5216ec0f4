package dev.millrace.app.monitor;

import dev.millrace.schemas.Metrics;
import dev.millrace.topology.StageTimer;
import java.util.Map;
import java.util.Optional;

/**
 * How the model of one partition stands.
 *
 * @param eventTime Kafka timestamp of the last event that it took, in milliseconds; 0 if it had
 *     none
 * @param metrics as it published them last
 * @param inside empty where another instance learns it, or nothing has been learned
 * @param nanosAnEvent by stage, in the mean since it began here; empty where another instance
 *     learns it
 */
public record ModelFrame(
    long eventTime,
    Pace pace,
    Metrics metrics,
    Optional<InsideView> inside,
    Map<StageTimer.Stage, Double> nanosAnEvent) {}
