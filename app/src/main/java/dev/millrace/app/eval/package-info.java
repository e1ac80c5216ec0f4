/** The learning of a pipeline over a file, without Kafka. */
package dev.millrace.app.eval;
