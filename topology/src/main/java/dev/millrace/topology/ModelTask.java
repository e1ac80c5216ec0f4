package dev.millrace.topology;

import dev.millrace.engine.Learner;
import dev.millrace.engine.Outcome;
import dev.millrace.engine.kernel.Kernels;
import dev.millrace.engine.state.BlockReader;
import dev.millrace.engine.state.BlockWriter;
import dev.millrace.schemas.Control;
import dev.millrace.schemas.ControlOutcome;
import dev.millrace.schemas.Prediction;
import dev.millrace.schemas.wire.WireFormatException;
import dev.millrace.topology.config.Pipeline;
import dev.millrace.topology.decode.BadEventException;
import dev.millrace.topology.error.DeadLetter;
import dev.millrace.topology.snapshot.SnapshotPublisher;
import dev.millrace.topology.store.LoopState;
import dev.millrace.topology.store.RefusedControlException;
import java.nio.charset.StandardCharsets;
import java.util.OptionalLong;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;

/**
 * One input partition and its model: what goes out for each event and what is written before each
 * commit. It knows records and blocks, not who carries them: {@link LearnProcessor} binds it to
 * Kafka Streams, the simulator to a Kafka of its own, and both get the same bytes.
 *
 * <p>Whoever carries it reads once, before the first event, and makes each commit one transaction:
 * the records sent and blocks written since the last, and the offset of the last event.
 */
public final class ModelTask implements AutoCloseable {
  /** Takes what goes out, in order. */
  public interface Output {
    /**
     * A record, of the partition that the input has.
     *
     * @param to the name of the output, from {@link Names}
     * @param key as the input had it; may be null
     * @param value null for a tombstone
     */
    void send(String to, byte[] key, byte[] value, long timestamp, Headers headers);

    /**
     * A step was not made, because a loss or gradient was not finite or because learning is paused.
     *
     * @param pauses whether learning pauses now
     */
    void skipped(Learner.Step step, boolean pauses);

    /** A record of the control topic was taken up or refused. */
    void controlled(ControlOutcome outcome);
  }

  private final Pipeline pipeline;
  private final int partition;
  private final OutputSchemas ids;
  private final CommittedOffsets committed;
  private final Output output;
  private final ModelProbe probe;
  private final StageTimer timer;
  private final LearningLoop loop;
  private final Reports reports;
  private Event at; // in process(), or the last one that was
  private Headers headers; // of that event
  private long timestamp; // of the last event or, before one, of the last control
  private boolean changed; // since the last commit
  private boolean isNew; // nothing has been written yet, so that even the first commit is

  /** A task that nobody looks into. */
  public ModelTask(
      Pipeline pipeline,
      int partition,
      Kernels kernels,
      LearningLoop.Schemas schemas,
      OutputSchemas ids,
      CommittedOffsets committed,
      Output output) {
    this(pipeline, partition, kernels, schemas, ids, committed, output, ModelProbe.NONE);
  }

  /** A task that has read nothing. */
  ModelTask(
      Pipeline pipeline,
      int partition,
      Kernels kernels,
      LearningLoop.Schemas schemas,
      OutputSchemas ids,
      CommittedOffsets committed,
      Output output,
      ModelProbe probe) {
    this.pipeline = pipeline;
    this.partition = partition;
    this.ids = ids;
    this.committed = committed;
    this.output = output;
    String model = Names.model(pipeline.name(), partition);
    this.probe = probe;
    timer = probe.timer(partition);
    loop = new LearningLoop(pipeline, kernels, schemas, new Results(), model, timer);
    reports = new Reports(pipeline, partition);
  }

  /**
   * Takes the state of the last commit, or begins with nothing if there was none.
   *
   * @throws StateLostException if there was one, and there is no state
   */
  public void read(BlockReader store) {
    loop.read(store);
    isNew = store.get(LoopState.KEY) == null;
    if (isNew) {
      requireNothingCommitted();
    }
  }

  /** Without a model the first event is the next one; were it not, one has been lost. */
  private void requireNothingCommitted() {
    OptionalLong offset = committed.of(partition);
    if (offset.isPresent()) {
      throw new StateLostException(pipeline, partition, offset.getAsLong());
    }
  }

  /** Takes the next event through all its stages. */
  public void process(Event event, Headers headers) {
    at = event;
    timestamp = event.timestamp();
    this.headers = headers;
    changed = true;
    loop.accept(event);
  }

  /**
   * Takes up a record of the control topic between two events, and says what became of it. One that
   * was taken up before, as where a group's offsets were put back, is passed over.
   *
   * @param value as received
   * @param offset in the control topic's partition of this model
   */
  public void control(byte[] value, long offset) {
    if (offset < loop.controls().nextOffset()) {
      return;
    }
    changed = true;
    ControlOutcome outcome = controlled(value, offset);
    long asked = outcome.control() == null ? 0 : Math.max(0, outcome.control().at());
    if (at == null) {
      timestamp = asked;
    }
    send(Names.CONTROL_LOG, reports.modelKey(), outcome.encode(ids.controlOutcome()), asked);
    output.controlled(outcome);
  }

  private ControlOutcome controlled(byte[] value, long offset) {
    Control control = null;
    try {
      control = ControlRecords.read(value, ids.control());
      loop.control(control, offset);
      return outcome(control, offset, null);
    } catch (WireFormatException e) {
      loop.control(null, offset);
      return outcome(null, offset, e.getMessage());
    } catch (RefusedControlException e) {
      return outcome(control, offset, e.getMessage());
    }
  }

  private ControlOutcome outcome(Control control, long offset, String refused) {
    return new ControlOutcome(
        pipeline.name(),
        partition,
        loop.controls().taken(),
        offset,
        loop.state().nextOffset(),
        loop.version(),
        refused,
        control);
  }

  /** Predicts what waits, then writes back; nothing if nothing has come since the last commit. */
  public void beforeCommit(BlockWriter store) {
    if (!changed && !isNew) {
      return;
    }
    isNew = false;
    timer.begin(true);
    loop.predict();
    loop.writeChanged(store);
    byte[] metrics = reports.metrics(loop).encode(ids.metrics());
    send(Names.METRICS, reports.modelKey(), metrics, timestamp);
    changed = false;
    timer.end(StageTimer.Stage.COMMIT);
    probe.look(partition, loop);
  }

  /** Ends the task's threads. */
  @Override
  public void close() {
    loop.close();
  }

  private void send(String to, byte[] key, byte[] value, long timestamp) {
    output.send(to, key, value, timestamp, new RecordHeaders());
  }

  /** Where the loop's results go. */
  private final class Results implements LearningLoop.Sink {
    @Override
    public void prediction(Event event, Outcome outcome) {
      probe.predicted(partition, outcome);
      Prediction prediction = reports.prediction(event, outcome, loop.classes());
      send(Names.PREDICTIONS, event.key(), prediction.encode(ids.prediction()), event.timestamp());
    }

    @Override
    public void deadLetter(Event event, BadEventException why) {
      DeadLetter letter = DeadLetter.of(event, headers, why);
      output.send(
          Names.DEAD_LETTERS, letter.key(), letter.value(), event.timestamp(), letter.headers());
    }

    @Override
    public void skipped(Learner.Step step) {
      output.skipped(step, loop.counters().paused());
    }

    @Override
    public void snapshot(Learner learner) {
      new SnapshotPublisher(pipeline, at.topic(), at.partition(), ids.manifest(), ids.block())
          .publish(
              learner,
              loop.state(),
              loop.lineage(),
              (key, value) ->
                  send(
                      Names.SNAPSHOTS,
                      key.getBytes(StandardCharsets.UTF_8),
                      value,
                      at.timestamp()));
    }
  }
}
