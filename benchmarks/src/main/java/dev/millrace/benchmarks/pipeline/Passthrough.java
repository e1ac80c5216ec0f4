package dev.millrace.benchmarks.pipeline;

import dev.millrace.topology.config.Pipeline;
import dev.millrace.topology.config.StreamsSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.AutoOffsetReset;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.TopologyConfig;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.Record;

/**
 * The least that Kafka Streams can do with a pipeline's settings: it takes each record as bytes and
 * writes a record as large as a prediction. What a pipeline takes beyond this is ours.
 */
final class Passthrough extends ContextualProcessor<byte[], byte[], byte[], byte[]> {
  private static final int OUTPUT_BYTES = 100;

  /** Starts it with the settings that the pipeline would have. */
  static KafkaStreams start(Pipeline pipeline, Path stateDir, long modelBytes) {
    StreamsConfig config =
        new StreamsConfig(StreamsSettings.of(pipeline, stateDir, pipeline.name(), modelBytes));
    Topology topology = new Topology(new TopologyConfig(config));
    topology.addSource(
        AutoOffsetReset.earliest(),
        "events",
        new ByteArrayDeserializer(),
        new ByteArrayDeserializer(),
        pipeline.input().topic());
    topology.addProcessor("passthrough", Passthrough::new, "events");
    topology.addSink(
        "predictions",
        pipeline.outputs().predictions(),
        new ByteArraySerializer(),
        new ByteArraySerializer(),
        "passthrough");
    KafkaStreams streams = new KafkaStreams(topology, config);
    streams.start();
    return streams;
  }

  static void stop(KafkaStreams streams) {
    streams.close(Duration.ofSeconds(60));
  }

  @Override
  public void process(Record<byte[], byte[]> record) {
    context().forward(record.withValue(Arrays.copyOf(record.value(), OUTPUT_BYTES)));
  }
}
