/** What the engine costs alone: no Kafka, one thread. */
package dev.millrace.benchmarks.engine;
