package dev.millrace.app.monitor;

import dev.millrace.schemas.Metrics;

/**
 * How the model of one partition stands.
 *
 * @param eventTime Kafka timestamp of the last event that it took, in milliseconds; 0 if it had
 *     none
 * @param metrics as it published them last
 */
public record ModelFrame(long eventTime, Pace pace, Metrics metrics) {}
