/**
 * Files of rows as events: reading CSV, guessing what its columns hold, encoding rows as Avro. Must
 * not know Kafka, nor where a message to the user goes.
 */
package dev.millrace.app.data;
