package dev.millrace.benchmarks.simulation;

/** Promises that the simulated Kafka can be made to break, to see that the checks notice. */
enum BrokerFault {
  NONE,
  /** What a process sends can be read at once, whether its transaction commits or not. */
  OUTPUTS_OUTSIDE_THE_TRANSACTION,
  /** The store of a process that died is taken as it was, uncommitted writes included. */
  UNCOMMITTED_WRITES_SURVIVE,
  /** The commit of a process that no longer owns its partitions is accepted. */
  ZOMBIES_NOT_FENCED
}
