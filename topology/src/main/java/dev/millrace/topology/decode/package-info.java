/**
 * From the bytes of an Avro event straight to feature slots, by a decoder compiled for the writer's
 * schema. Does not know Kafka Streams nor what learns from the slots.
 */
package dev.millrace.topology.decode;
