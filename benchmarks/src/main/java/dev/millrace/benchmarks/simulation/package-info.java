/**
 * Millrace's learner and its state under a simulated Kafka that crashes, moves and lies as the real
 * one can: a seed decides the log, the pipeline and every fault, and what was committed is compared
 * with one plain loop, byte by byte. Knows nothing of brokers, threads' timing or clocks.
 */
package dev.millrace.benchmarks.simulation;
