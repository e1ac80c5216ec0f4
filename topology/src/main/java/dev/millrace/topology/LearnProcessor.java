package dev.millrace.topology;

import dev.millrace.engine.Learner;
import dev.millrace.engine.LearningPause;
import dev.millrace.engine.kernel.Kernels;
import dev.millrace.schemas.ControlOutcome;
import dev.millrace.topology.config.Pipeline;
import dev.millrace.topology.store.Controls;
import dev.millrace.topology.store.ModelStore;
import java.util.function.BiConsumer;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.apache.kafka.streams.processor.internals.InternalProcessorContext;
import org.apache.kafka.streams.processor.internals.ProcessorNode;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Binds a {@link ModelTask} to Kafka Streams.
 *
 * <p>Everything happens inside {@code process} or inside the pre-commit hook of {@link ModelStore},
 * so that predictions, dead letters, snapshots, metrics, weights and offsets are one transaction.
 */
final class LearnProcessor implements Processor<byte[], byte[], byte[], ModelOutput> {
  private static final Logger LOG = LoggerFactory.getLogger(LearnProcessor.class);

  private final Pipeline pipeline;
  private final Kernels kernels;
  private final LearningLoop.Schemas schemas;
  private final OutputSchemas ids;
  private final CommittedOffsets committed;
  private final ModelProbe probe;
  private final BiConsumer<ProcessorContext<byte[], ModelOutput>, Record<byte[], ModelOutput>> out;

  private ProcessorContext<byte[], ModelOutput> context;
  private ModelStore store;
  private ProcessorNode<?, ?, ?, ?> node;
  private ModelTask task;

  /**
   * A processor without a model yet.
   *
   * @param out forwards what the model says
   */
  LearnProcessor(
      Pipeline pipeline,
      Kernels kernels,
      LearningLoop.Schemas schemas,
      OutputSchemas ids,
      CommittedOffsets committed,
      ModelProbe probe,
      BiConsumer<ProcessorContext<byte[], ModelOutput>, Record<byte[], ModelOutput>> out) {
    this.pipeline = pipeline;
    this.kernels = kernels;
    this.schemas = schemas;
    this.ids = ids;
    this.committed = committed;
    this.probe = probe;
    this.out = out;
  }

  /** Runs after the store has been restored, at the start and each time the task comes back. */
  @Override
  public void init(ProcessorContext<byte[], ModelOutput> context) {
    this.context = context;
    node = ((InternalProcessorContext<?, ?>) context).currentNode();
    store = context.getStateStore(Names.STORE);
    int partition = context.taskId().partition();
    task =
        new ModelTask(pipeline, partition, kernels, schemas, ids, committed, new Forward(), probe);
    try {
      task.read(store);
    } catch (RuntimeException | Error e) {
      task.close(); // Kafka Streams does not close what it could not begin
      throw e;
    }
    store.beforeCommit(this::beforeCommit);
  }

  @Override
  public void process(Record<byte[], byte[]> record) {
    RecordMetadata at = context.recordMetadata().orElseThrow();
    if (at.topic().equals(pipeline.outputs().control())) {
      task.control(record.value(), at.offset());
      return;
    }
    task.process(
        new Event(
            record.key(),
            record.value(),
            at.topic(),
            at.partition(),
            at.offset(),
            record.timestamp()),
        record.headers());
  }

  /** The hook is called outside any node, so it enters ours. */
  private void beforeCommit() {
    var internal = (InternalProcessorContext<?, ?>) context;
    ProcessorNode<?, ?, ?, ?> before = internal.currentNode();
    internal.setCurrentNode(node);
    try {
      task.beforeCommit(store);
    } finally {
      internal.setCurrentNode(before);
    }
  }

  /** Runs after the last commit, or after a failure; {@link #init} may follow. */
  @Override
  public void close() {
    task.close();
  }

  /** Where the task's results go. */
  private final class Forward implements ModelTask.Output {
    @Override
    public void send(String to, byte[] key, byte[] value, long timestamp, Headers headers) {
      ModelOutput said = new ModelOutput(to, context.taskId().partition(), value);
      out.accept(context, new Record<>(key, said, timestamp, headers));
    }

    @Override
    public void skipped(Learner.Step step, boolean pauses) {
      if (step.paused()) {
        return; // the step that began the pause has been told
      }
      LOG.warn(
          "{}: a loss or gradient of {}-{}@{} to {} was not finite; the step was skipped{}",
          pipeline.name(),
          pipeline.input().topic(),
          context.taskId().partition(),
          step.firstOffset(),
          step.lastOffset(),
          pauses
              ? ", the last of %d in a row: learning pauses for %d batches, predictions go on"
                  .formatted(LearningPause.SKIPPED_MAX, LearningPause.BATCHES)
              : "");
    }

    @Override
    public void controlled(ControlOutcome outcome) {
      String what =
          outcome.control() == null
              ? "a record that cannot be read"
              : Controls.words(outcome.control(), outcome.controlOffset());
      if (outcome.isDone()) {
        LOG.info("{} before offset {}: {}", model(), outcome.offset(), what);
      } else {
        LOG.warn(
            "{} before offset {}: refused {}: {}",
            model(),
            outcome.offset(),
            what,
            outcome.refused());
      }
    }

    private String model() {
      return Names.model(pipeline.name(), context.taskId().partition());
    }
  }
}
