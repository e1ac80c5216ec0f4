package dev.millrace.benchmarks.crash;

/**
 * What a verifier found.
 *
 * @param events in the input
 * @param outputs predictions, dead letters and snapshots of all partitions, record by record
 * @param metricsEqual the last metrics tell the weights and the counts of the plain loop
 * @param changelogEqual the model made again from the changelog is the plain loop's to the bit
 * @param evalEqual the evaluation of the file has the same weights, where there is one partition
 */
record Verdict(
    long events, Breaks outputs, boolean metricsEqual, boolean changelogEqual, boolean evalEqual) {

  boolean weightsEqual() {
    return metricsEqual && changelogEqual && evalEqual;
  }

  /** Whether nothing at all is different. */
  boolean exact() {
    return outputs.sum() == 0 && weightsEqual();
  }
}
