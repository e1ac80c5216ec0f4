package dev.millrace.topology;

import dev.millrace.engine.kernel.Kernels;
import dev.millrace.topology.config.Pipeline;
import dev.millrace.topology.config.StreamsSettings;
import dev.millrace.topology.store.ModelStore;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.AutoOffsetReset;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.Named;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.processor.TimestampExtractor;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;
import org.apache.kafka.streams.state.StoreBuilder;

/**
 * Puts a pipeline's models into a topology of one's own, whose other parts can go on with what they
 * say.
 *
 * <pre>{@code
 * LearnSupplier learn = new LearnSupplier(pipeline, kernels, schemas, ids, committed);
 * KStream<byte[], ModelOutput> said = learn.events(builder).process(learn);
 * learn.publish(said);
 * }</pre>
 *
 * What it forwards is forwarded in the transaction of the event's offset, in the order of the
 * events; predictions when their batch is full or the commit comes. Between the source and the
 * processor there may be filters of events, and nothing that makes other records of them: the
 * models know events by their offsets. One pipeline fits into a topology.
 */
public final class LearnSupplier implements ProcessorSupplier<byte[], byte[], byte[], ModelOutput> {
  private final Pipeline pipeline;
  private final Kernels kernels;
  private final LearningLoop.Schemas schemas;
  private final OutputSchemas ids;
  private final CommittedOffsets committed;

  /** Of a pipeline; the topology's {@code application.id} must be the pipeline's name. */
  public LearnSupplier(
      Pipeline pipeline,
      Kernels kernels,
      LearningLoop.Schemas schemas,
      OutputSchemas ids,
      CommittedOffsets committed) {
    this.pipeline = pipeline;
    this.kernels = kernels;
    this.schemas = schemas;
    this.ids = ids;
    this.committed = committed;
  }

  /** The pipeline's input and its controls, from the oldest on, as bytes. */
  public KStream<byte[], byte[]> events(StreamsBuilder builder) {
    KStream<byte[], byte[]> events =
        source(builder, Names.SOURCE, pipeline.input().topic(), new NonNegativeTimestamp());
    KStream<byte[], byte[]> controls =
        source(
            builder, Names.CONTROL, pipeline.outputs().control(), TrainTopology.BEFORE_ANY_EVENT);
    return events.merge(controls, Named.as("events-and-controls"));
  }

  private static KStream<byte[], byte[]> source(
      StreamsBuilder builder, String name, String topic, TimestampExtractor time) {
    return builder.stream(
        topic,
        Consumed.with(Serdes.ByteArray(), Serdes.ByteArray())
            .withTimestampExtractor(time)
            .withOffsetResetPolicy(AutoOffsetReset.earliest())
            .withName(name));
  }

  /** Sends all that the models say to the pipeline's output topics. */
  public void publish(KStream<byte[], ModelOutput> said) {
    Pipeline.Outputs outputs = pipeline.outputs();
    Map<String, String> topics =
        Map.of(
            Names.PREDICTIONS, outputs.predictions(),
            Names.METRICS, outputs.metrics(),
            Names.SNAPSHOTS, outputs.snapshots(),
            Names.DEAD_LETTERS, outputs.deadLetters(),
            Names.CONTROL_LOG, outputs.controlLog());
    said.to(
        (key, output, context) -> topics.get(output.output()),
        Produced.with(Serdes.ByteArray(), ModelOutput.SERDE, ModelOutput.PARTITIONER)
            .withName("outputs"));
  }

  @Override
  public Processor<byte[], byte[], byte[], ModelOutput> get() {
    return new LearnProcessor(
        pipeline, kernels, schemas, ids, committed, ModelProbe.NONE, ProcessorContext::forward);
  }

  @Override
  public Set<StoreBuilder<?>> stores() {
    return Set.of(ModelStore.builder(Names.STORE, StreamsSettings.CHANGELOG));
  }
}
