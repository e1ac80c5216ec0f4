/** What the engine costs alone: no Kafka, one thread. Only subjects know the engine's classes. */
package dev.millrace.benchmarks.engine;
