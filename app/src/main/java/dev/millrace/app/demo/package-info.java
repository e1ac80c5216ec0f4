/**
 * The whole way in one process: Kafka, a registry, a producer, a pipeline and someone who watches.
 * Uses only what a user could.
 */
package dev.millrace.app.demo;
