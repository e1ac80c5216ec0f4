package dev.millrace.topology;

import dev.millrace.engine.kernel.Kernels;
import dev.millrace.topology.config.Pipeline;
import dev.millrace.topology.config.StreamsSettings;
import dev.millrace.topology.store.ModelStore;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.AutoOffsetReset;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.TopologyConfig;
import org.apache.kafka.streams.processor.TimestampExtractor;

/**
 * The table of contents: two sources, one processor with its model, five sinks.
 *
 * <pre>
 *   input ───┬─► learn (model) ─► predictions, metrics, snapshots, dead letters, control log
 *   control ─┘
 * </pre>
 *
 * Each input partition has a model of its own.
 */
public final class TrainTopology {
  /**
   * Kafka Streams takes the older of two records first. Events may be of any time, and a control is
   * to meet the next boundary between two of them.
   */
  static final TimestampExtractor BEFORE_ANY_EVENT = (control, partitionTime) -> 0;

  private TrainTopology() {}

  /** The topology of a pipeline whose models nobody looks into. */
  public static Topology build(
      Pipeline pipeline,
      Kernels kernels,
      LearningLoop.Schemas schemas,
      OutputSchemas ids,
      CommittedOffsets committed,
      StreamsConfig config) {
    return build(pipeline, kernels, schemas, ids, committed, config, ModelProbe.NONE);
  }

  /**
   * The topology of a pipeline.
   *
   * @param probe looks at the models from within
   */
  public static Topology build(
      Pipeline pipeline,
      Kernels kernels,
      LearningLoop.Schemas schemas,
      OutputSchemas ids,
      CommittedOffsets committed,
      StreamsConfig config,
      ModelProbe probe) {
    Topology topology = new Topology(new TopologyConfig(config));
    topology.addSource(
        AutoOffsetReset.earliest(),
        Names.SOURCE,
        new NonNegativeTimestamp(),
        new ByteArrayDeserializer(),
        new ByteArrayDeserializer(),
        pipeline.input().topic());
    topology.addSource(
        AutoOffsetReset.earliest(),
        Names.CONTROL,
        BEFORE_ANY_EVENT,
        new ByteArrayDeserializer(),
        new ByteArrayDeserializer(),
        pipeline.outputs().control());
    topology.addProcessor(
        Names.PROCESSOR,
        () ->
            new LearnProcessor(
                pipeline,
                kernels,
                schemas,
                ids,
                committed,
                probe,
                (context, said) -> context.forward(said, said.value().output())),
        Names.SOURCE,
        Names.CONTROL);
    topology.addStateStore(
        ModelStore.builder(Names.STORE, StreamsSettings.CHANGELOG), Names.PROCESSOR);
    addSink(topology, Names.PREDICTIONS, pipeline.outputs().predictions());
    addSink(topology, Names.METRICS, pipeline.outputs().metrics());
    addSink(topology, Names.SNAPSHOTS, pipeline.outputs().snapshots());
    addSink(topology, Names.DEAD_LETTERS, pipeline.outputs().deadLetters());
    addSink(topology, Names.CONTROL_LOG, pipeline.outputs().controlLog());
    return topology;
  }

  private static void addSink(Topology topology, String name, String topic) {
    topology.addSink(
        name,
        topic,
        new ByteArraySerializer(),
        ModelOutput.SERIALIZER,
        ModelOutput.PARTITIONER,
        Names.PROCESSOR);
  }
}
