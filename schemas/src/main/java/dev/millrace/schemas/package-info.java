/**
 * The records that Millrace writes to Kafka, with their Avro schemas. Knows no Kafka Streams and no
 * models.
 */
package dev.millrace.schemas;
