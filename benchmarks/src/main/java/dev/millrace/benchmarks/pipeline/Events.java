package dev.millrace.benchmarks.pipeline;

import dev.millrace.engine.random.CounterRandom;
import dev.millrace.schemas.wire.FrameEncoder;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Events of 4 KB: 1,000 floats and one of ten classes, the same at every run. Each class has a
 * centre, so that there is something to learn.
 */
final class Events {
  static final String TOPIC = "samples";
  static final int FLOATS = 1_000;
  static final List<String> CLASSES = IntStream.range(0, 10).mapToObj(Integer::toString).toList();
  static final Schema SCHEMA =
      SchemaBuilder.record("Sample")
          .namespace("dev.millrace.benchmarks")
          .fields()
          .name("x")
          .type()
          .array()
          .items()
          .floatType()
          .noDefault()
          .requiredString("y")
          .endRecord();

  private static final long SEED = 1;
  private static final long LABELS = 1;
  private static final long CENTRES = 2;
  private static final long NOISE = 3;
  private static final float SIGNAL = 0.2f;

  private final int schemaId;
  private final float[][] centres = new float[CLASSES.size()][FLOATS];
  private final float[] x = new float[FLOATS];

  Events(int schemaId) {
    this.schemaId = schemaId;
    for (int c = 0; c < centres.length; c++) {
      for (int i = 0; i < FLOATS; i++) {
        centres[c][i] = SIGNAL * signed(CENTRES, (long) c * FLOATS + i);
      }
    }
  }

  /** The event of that number in the Confluent wire format. */
  byte[] value(long number) {
    int label = (int) Long.remainderUnsigned(CounterRandom.bits(SEED, LABELS, number), 10);
    for (int i = 0; i < FLOATS; i++) {
      x[i] = centres[label][i] + signed(NOISE, number * FLOATS + i);
    }
    FrameEncoder out = new FrameEncoder(schemaId, FLOATS * Float.BYTES + 16);
    out.writeFloats(x);
    out.writeString(CLASSES.get(label));
    return out.frame();
  }

  private static float signed(long purpose, long index) {
    return (float) (2 * CounterRandom.uniform(SEED, purpose, index) - 1);
  }

  /** Writes so many events to the topic and returns the bytes of their values. */
  long produce(String bootstrapServers, int count) {
    long bytes = 0;
    Map<String, Object> settings =
        Map.of("bootstrap.servers", bootstrapServers, "linger.ms", 20, "batch.size", 512 << 10);
    try (var producer =
        new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
      for (int i = 0; i < count; i++) {
        byte[] value = value(i);
        bytes += value.length;
        producer.send(new ProducerRecord<>(TOPIC, value));
      }
    }
    return bytes;
  }
}
