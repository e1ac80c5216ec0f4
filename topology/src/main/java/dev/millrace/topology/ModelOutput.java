package dev.millrace.topology;

import dev.millrace.schemas.Prediction;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.streams.processor.StreamPartitioner;

/**
 * What a model says, on its way through the topology; the record that carries it has the key, the
 * time and, of a dead letter, the headers.
 *
 * @param output which of its outputs it is for, from {@link Names}
 * @param partition that of the input, which it goes to as well: a null key must not be spread by
 *     the producer
 * @param value in the wire format; null for a tombstone
 */
public record ModelOutput(String output, int partition, byte[] value) {
  /** Sends a record to its stated partition. */
  static final StreamPartitioner<byte[], ModelOutput> PARTITIONER =
      (topic, key, said, partitions) -> Optional.of(Set.of(said.partition()));

  /** Writes the value alone. */
  static final Serializer<ModelOutput> SERIALIZER = (topic, said) -> said.value();

  /** For a sink; nothing is read by it. */
  static final Serde<ModelOutput> SERDE = Serdes.serdeFrom(SERIALIZER, new Unread());

  /** What was said of an event; empty if this is for another output. */
  public Optional<Prediction> prediction() {
    return output.equals(Names.PREDICTIONS)
        ? Optional.of(Prediction.decode(value))
        : Optional.empty();
  }

  private static final class Unread implements Deserializer<ModelOutput> {
    @Override
    public ModelOutput deserialize(String topic, byte[] data) {
      throw new UnsupportedOperationException("topic '" + topic + "' is read as Avro, not by this");
    }
  }
}
