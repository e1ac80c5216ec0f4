package dev.millrace.app.monitor;

/**
 * How fast the model of one partition goes, at one moment.
 *
 * @param time in milliseconds since 1970
 * @param eventsPerSecond taken and committed over the last seconds
 * @param lagEvents committed events of the input that it has not taken; -1 where that is not known
 * @param lagSeconds how old the oldest event that waits is at most: since the last one taken, or
 *     since none waited; 0 where none does, -1 where that is not known
 */
public record Pace(long time, double eventsPerSecond, long lagEvents, double lagSeconds) {}
