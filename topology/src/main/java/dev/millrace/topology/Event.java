package dev.millrace.topology;

/**
 * One input record.
 *
 * @param value as received, in the Confluent wire format; null for a tombstone
 * @param timestamp Unix time in milliseconds, as Kafka has it
 */
public record Event(
    byte[] key, byte[] value, String topic, int partition, long offset, long timestamp) {}
