/**
 * Processes that are killed while they learn, and the proof that nothing came of it. Knows the
 * product by its commands, its topics and Kafka's clients alone: no kill point is in the product.
 */
package dev.millrace.benchmarks.crash;
