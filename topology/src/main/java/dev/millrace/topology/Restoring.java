package dev.millrace.topology;

import java.time.Duration;

/**
 * How far a model is read back from its changelog. Places are offsets, of which compaction and
 * transactions leave some without a record.
 *
 * @param model {@code <pipeline>-<partition>}
 * @param read offsets that are behind it, 0 to total
 * @param total offsets to read
 * @param blocks read from them
 * @param elapsed since its start
 * @param ended whether nothing more will come: all is read, or another instance took the partition
 */
public record Restoring(
    String model, long read, long total, long blocks, Duration elapsed, boolean ended) {
  /** What is read of all, 0 to 1. */
  public double share() {
    return total == 0 ? 1 : (double) read / total;
  }
}
