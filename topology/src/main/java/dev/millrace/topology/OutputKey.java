package dev.millrace.topology;

import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.streams.processor.StreamPartitioner;

/**
 * The key of an output record and the partition it goes to, which is that of its input: a null key
 * must not be spread by the producer.
 *
 * @param key as the input had it; may be null
 */
record OutputKey(int partition, byte[] key) {
  /** Sends a record to its stated partition. */
  static final StreamPartitioner<OutputKey, byte[]> PARTITIONER =
      (topic, key, value, partitions) -> Optional.of(Set.of(key.partition()));

  /** Writes the key alone. */
  static final Serializer<OutputKey> SERIALIZER = (topic, key) -> key.key();
}
