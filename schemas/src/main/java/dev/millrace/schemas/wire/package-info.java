/**
 * Confluent's framing and Avro's binary encoding, over byte arrays. Knows no schema and asks no
 * registry.
 */
package dev.millrace.schemas.wire;
