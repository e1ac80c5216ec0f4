/** A network that learns from rows. Knows no Kafka, no Avro, no clock and no thread of others. */
package dev.millrace.engine;
