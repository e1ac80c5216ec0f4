package dev.millrace.topology;

import dev.millrace.engine.Learner;
import dev.millrace.engine.Outcome;
import dev.millrace.engine.kernel.Kernels;
import dev.millrace.schemas.Prediction;
import dev.millrace.topology.config.Pipeline;
import dev.millrace.topology.decode.BadEventException;
import dev.millrace.topology.error.DeadLetter;
import dev.millrace.topology.snapshot.SnapshotPublisher;
import dev.millrace.topology.store.LoopState;
import dev.millrace.topology.store.ModelStore;
import java.nio.charset.StandardCharsets;
import java.util.OptionalLong;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.apache.kafka.streams.processor.internals.InternalProcessorContext;
import org.apache.kafka.streams.processor.internals.ProcessorNode;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Binds a {@link LearningLoop} to Kafka Streams: one input partition, one model.
 *
 * <p>Everything happens inside {@code process} or inside the pre-commit hook of {@link ModelStore},
 * so that predictions, dead letters, snapshots, metrics, weights and offsets are one transaction.
 */
final class LearnProcessor implements Processor<byte[], byte[], OutputKey, byte[]> {
  private static final Logger LOG = LoggerFactory.getLogger(LearnProcessor.class);

  private final Pipeline pipeline;
  private final Kernels kernels;
  private final LearningLoop.Schemas schemas;
  private final OutputSchemas ids;
  private final CommittedOffsets committed;

  private ProcessorContext<OutputKey, byte[]> context;
  private ModelStore store;
  private ProcessorNode<?, ?, ?, ?> node;
  private LearningLoop loop;
  private Reports reports;
  private RecordMetadata at; // of the record in process()
  private Headers headers; // of the record in process()
  private long timestamp; // of the record in process()
  private boolean changed; // since the last commit
  private boolean isNew; // nothing has been written yet, so that even the first commit is

  LearnProcessor(
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

  /** Runs after the store has been restored, at the start and each time the task comes back. */
  @Override
  public void init(ProcessorContext<OutputKey, byte[]> context) {
    this.context = context;
    node = ((InternalProcessorContext<?, ?>) context).currentNode();
    store = context.getStateStore(Names.STORE);
    int partition = context.taskId().partition();
    String model = pipeline.name() + "-" + partition;
    loop = new LearningLoop(pipeline, kernels, schemas, new Forward(), model);
    try {
      loop.read(store);
      isNew = store.get(LoopState.KEY) == null;
      if (isNew) {
        requireNothingCommitted(partition);
      }
    } catch (RuntimeException | Error e) {
      loop.close(); // Kafka Streams does not close what it could not begin
      throw e;
    }
    reports = new Reports(pipeline, partition);
    changed = false;
    store.beforeCommit(this::beforeCommit);
  }

  /** Without a model the first event is the next one; were it not, one has been lost. */
  private void requireNothingCommitted(int partition) {
    OptionalLong offset = committed.of(partition);
    if (offset.isPresent()) {
      throw new StateLostException(pipeline, partition, offset.getAsLong());
    }
  }

  @Override
  public void process(Record<byte[], byte[]> record) {
    at = context.recordMetadata().orElseThrow();
    headers = record.headers();
    timestamp = record.timestamp();
    changed = true;
    loop.accept(
        new Event(
            record.key(), record.value(), at.topic(), at.partition(), at.offset(), timestamp));
  }

  /**
   * Predicts what waits, then writes back. The hook is called outside any node, so it enters ours.
   */
  private void beforeCommit() {
    if (!changed && !isNew) {
      return;
    }
    isNew = false;
    var internal = (InternalProcessorContext<?, ?>) context;
    ProcessorNode<?, ?, ?, ?> before = internal.currentNode();
    internal.setCurrentNode(node);
    try {
      loop.predict();
      loop.writeChanged(store);
      byte[] metrics = reports.metrics(loop).encode(ids.metrics());
      forward(reports.modelKey(), metrics, timestamp, new RecordHeaders(), Names.METRICS);
    } finally {
      internal.setCurrentNode(before);
    }
    changed = false;
  }

  /** Runs after the last commit, or after a failure; {@link #init} may follow. */
  @Override
  public void close() {
    loop.close();
  }

  private void forward(byte[] key, byte[] value, long timestamp, Headers headers, String to) {
    context.forward(
        new Record<>(new OutputKey(context.taskId().partition(), key), value, timestamp, headers),
        to);
  }

  /** Where the loop's results go. */
  private final class Forward implements LearningLoop.Sink {
    @Override
    public void prediction(Event event, Outcome outcome) {
      Prediction prediction = reports.prediction(event, outcome, loop.classes());
      byte[] value = prediction.encode(ids.prediction());
      forward(event.key(), value, event.timestamp(), new RecordHeaders(), Names.PREDICTIONS);
    }

    @Override
    public void deadLetter(Event event, BadEventException why) {
      DeadLetter letter = DeadLetter.of(event, headers, why);
      forward(
          letter.key(), letter.value(), event.timestamp(), letter.headers(), Names.DEAD_LETTERS);
    }

    @Override
    public void skipped(Learner.Step step) {
      LOG.warn(
          "{}: a loss or gradient of {}-{}@{} to {} was not finite; the step was skipped",
          pipeline.name(),
          at.topic(),
          at.partition(),
          step.firstOffset(),
          step.lastOffset());
    }

    @Override
    public void snapshot(Learner learner) {
      new SnapshotPublisher(pipeline, at.topic(), at.partition(), ids.manifest(), ids.block())
          .publish(
              learner,
              loop.state(),
              loop.lineage(),
              (key, value) ->
                  forward(
                      key.getBytes(StandardCharsets.UTF_8),
                      value,
                      timestamp,
                      new RecordHeaders(),
                      Names.SNAPSHOTS));
    }
  }
}
