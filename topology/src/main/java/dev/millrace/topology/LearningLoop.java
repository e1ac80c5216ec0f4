package dev.millrace.topology;

import dev.millrace.engine.Counters;
import dev.millrace.engine.Learner;
import dev.millrace.engine.Outcome;
import dev.millrace.engine.kernel.Kernels;
import dev.millrace.engine.kernel.WorkerPool;
import dev.millrace.engine.model.ModelSpec;
import dev.millrace.engine.state.BlockReader;
import dev.millrace.engine.state.BlockWriter;
import dev.millrace.engine.state.StateException;
import dev.millrace.schemas.Control;
import dev.millrace.schemas.wire.WireFormat;
import dev.millrace.schemas.wire.WireFormatException;
import dev.millrace.topology.StageTimer.Stage;
import dev.millrace.topology.config.Pipeline;
import dev.millrace.topology.config.SpecResolver;
import dev.millrace.topology.decode.BadEventException;
import dev.millrace.topology.decode.EventDecoder;
import dev.millrace.topology.decode.Reason;
import dev.millrace.topology.store.Controls;
import dev.millrace.topology.store.Lineage;
import dev.millrace.topology.store.LoopState;
import dev.millrace.topology.store.SpecChange;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.apache.avro.Schema;

/**
 * The way of an event, from bytes to a prediction and a step:
 *
 * <pre>
 *   event ─ decode ─ featurize ─ predict ─ emit prediction
 *                        │
 *                        └─ (labelled) ─ batch ─ full? ─ step ─ snapshot, every so many
 * </pre>
 *
 * <p>The same loop runs under Kafka Streams ({@link ModelTask}) and over a file; what it does
 * depends on the events and the pipeline alone (DESIGN, law 2). The model comes into being with the
 * first event whose schema gives what the pipeline reads. Not thread-safe; {@link #close} ends the
 * threads that it shares a step with.
 */
public final class LearningLoop implements AutoCloseable {
  /** Where results go, in the order of the events. */
  public interface Sink {
    void prediction(Event event, Outcome outcome);

    void deadLetter(Event event, BadEventException why);

    /** A step was not made, because a loss or gradient was not finite. */
    void skipped(Learner.Step step);

    /** A step has made a version that is to be kept. */
    void snapshot(Learner learner);
  }

  /** Schemas by the ids that events carry. */
  @FunctionalInterface
  public interface Schemas {
    /**
     * The schema of the id.
     *
     * @throws BadEventException if the id does not exist
     */
    Schema byId(int id);
  }

  /** A prediction carries its event's key, and must fit into a topic with Kafka's defaults. */
  private static final int KEY_BYTES_MAX = 1 << 16;

  private final Pipeline pipeline;
  private final Kernels kernels;
  private final WorkerPool workers;
  private final Schemas schemas;
  private final Sink sink;
  private final StageTimer timer;
  private final Deque<Event> waiting = new ArrayDeque<>();
  private final Map<Integer, EventDecoder> decoders = new HashMap<>();
  private EventDecoder lastDecoder; // null if the last schema has none
  private int lastSchemaId;
  private final Map<Integer, Unusable> unusable = new HashMap<>();
  private LoopState state = LoopState.empty();
  private Lineage lineage;
  private Learner learner; // null until the first usable schema

  public LearningLoop(Pipeline pipeline, Kernels kernels, Schemas schemas, Sink sink) {
    this(pipeline, kernels, schemas, sink, pipeline.name(), StageTimer.NONE);
  }

  /**
   * A loop that has read nothing.
   *
   * @param name what its threads are called by, {@code <name>-worker-1} and so on
   * @param timer told of each stage that an event has passed
   */
  LearningLoop(
      Pipeline pipeline,
      Kernels kernels,
      Schemas schemas,
      Sink sink,
      String name,
      StageTimer timer) {
    this.pipeline = pipeline;
    this.kernels = kernels;
    this.schemas = schemas;
    this.sink = sink;
    this.timer = timer;
    lineage = Lineage.of(pipeline);
    workers = new WorkerPool(pipeline.threads(), name);
  }

  /** Takes the next event through all its stages. */
  public void accept(Event event) {
    timer.begin(false);
    state = state.withRead(event.offset());
    try {
      decode(event);
      timer.end(Stage.DECODE);
    } catch (BadEventException why) {
      state = state.withDeadLetter(why.reason());
      sink.deadLetter(event, why);
      return;
    }
    learner.add(event.offset());
    waiting.add(event);
    timer.end(Stage.FEATURIZE);
    if (learner.mustPredict()) {
      predict();
      timer.end(Stage.PREDICT);
    }
    if (learner.batchIsFull()) {
      step();
      timer.end(Stage.LEARN);
    }
  }

  /**
   * Takes up a record of the control topic between two events; what waits is predicted first.
   *
   * @param control what is asked; null if it was refused before it came here
   * @param offset of the record
   * @throws dev.millrace.topology.store.RefusedControlException if it cannot be done; then it has
   *     been counted, and nothing else has changed
   */
  public void control(Control control, long offset) {
    predict();
    lineage = lineage.with(controls().taken(offset));
    if (control == null) {
      return;
    }
    Controls after = controls().after(control, learner, version());
    if (control.action() == Control.Action.RESET) {
      beginAnew();
    }
    lineage = lineage.with(after);
    if (learner != null) {
      after.applyTo(learner);
    }
    String what = Controls.words(control, offset);
    lineage = lineage.with(new Lineage.Change(version(), state.nextOffset(), what));
  }

  /** From the initial weights; counts go on, and what was pending will never be learned. */
  private void beginAnew() {
    Learner before = learner;
    learner = learner(before.spec());
    learner.countOnFrom(before);
  }

  private void decode(Event event) {
    if (event.key() != null && event.key().length > KEY_BYTES_MAX) {
      throw new BadEventException(
          Reason.KEY_TOO_LARGE,
          "the key has %d bytes; at most %d can be taken"
              .formatted(event.key().length, KEY_BYTES_MAX));
    }
    if (event.value() == null || event.value().length == 0) {
      throw new BadEventException(Reason.EMPTY, "the record has no value");
    }
    decoder(schemaId(event.value()))
        .decode(event.value(), WireFormat.PAYLOAD_OFFSET, learner.event());
  }

  private static int schemaId(byte[] value) {
    try {
      return WireFormat.schemaId(value);
    } catch (WireFormatException e) {
      throw new BadEventException(e);
    }
  }

  private EventDecoder decoder(int schemaId) {
    if (lastDecoder != null && schemaId == lastSchemaId) {
      return lastDecoder;
    }
    lastDecoder = decoders.get(schemaId);
    lastSchemaId = schemaId;
    return lastDecoder == null ? newDecoder(schemaId) : lastDecoder;
  }

  private EventDecoder newDecoder(int schemaId) {
    Unusable known = unusable.get(schemaId);
    if (known != null && !known.asksAgain()) {
      throw known.why;
    }
    try {
      Schema schema = schemas.byId(schemaId);
      EventDecoder decoder;
      if (learner == null) {
        ModelSpec spec = SpecResolver.resolve(pipeline, schema);
        decoder = EventDecoder.compile(schema, spec);
        learner = learner(spec);
        lineage.controlsOrNone().applyTo(learner);
        state = state.withModel(schema.toString(), spec);
        unusable.clear(); // what could not make a model may well be read by one
      } else {
        decoder = EventDecoder.compile(schema, learner.spec());
      }
      decoders.put(schemaId, decoder);
      unusable.remove(schemaId);
      state = state.withSchema(schemaId);
      return decoder;
    } catch (BadEventException why) {
      unusable.computeIfAbsent(schemaId, id -> new Unusable(why));
      throw why;
    }
  }

  private Learner learner(ModelSpec spec) {
    Learner made = new Learner(spec, kernels, workers);
    made.tell(pipeline.predictions());
    return made;
  }

  /**
   * A schema id whose events are dead letters. One that the registry did not know is asked for
   * again at its 2nd, 4th, 8th event and so on: it counts once it is registered, and a flood of
   * such events makes few requests.
   */
  private static final class Unusable {
    private static final long EVENTS_BETWEEN_MAX = 1_024;

    private final BadEventException why;
    private long events = 1;

    Unusable(BadEventException why) {
      this.why = why;
    }

    boolean asksAgain() {
      events++;
      boolean isTurn = Long.bitCount(events) == 1 || events % EVENTS_BETWEEN_MAX == 0;
      return isTurn && why.reason() == Reason.UNKNOWN_SCHEMA;
    }
  }

  /** Predicts every event that waits; called when a batch fills and before a Kafka commit. */
  public void predict() {
    if (learner != null) {
      learner.predict(this::say);
      assert waiting.isEmpty() : "every waiting event is predicted";
    }
  }

  /**
   * Scores the events whose labels come late, as at the end of a file; they are learned no sooner.
   * Every event has been predicted.
   */
  public void scoreWaiting() {
    if (learner != null) {
      learner.scoreWaiting();
    }
  }

  private void say(Outcome outcome) {
    outcome.version = lineage.version(outcome.version);
    sink.prediction(waiting.remove(), outcome);
  }

  private void step() {
    Learner.Step step = learner.step();
    if (!step.made()) {
      sink.skipped(step);
    } else if (version() % pipeline.snapshots().everySteps() == 0) {
      sink.snapshot(learner);
      state = state.withSnapshot(version(), pipeline.snapshots().keep());
      lineage = lineage.withSnapshot();
    }
  }

  /** Writes what changed since the last call; everything that waits has been predicted. */
  public void writeChanged(BlockWriter writer) {
    write(writer, Learner::writeChanged);
  }

  /** Writes all that {@link #read} takes; everything that waits has been predicted. */
  public void writeAll(BlockWriter writer) {
    write(writer, Learner::writeAll);
  }

  private void write(BlockWriter writer, BiConsumer<Learner, BlockWriter> model) {
    assert waiting.isEmpty() : "waiting events are predicted before state is written";
    writer.put(LoopState.KEY, state.toBytes());
    if (learner != null) {
      model.accept(learner, writer);
    }
    writer.put(Lineage.KEY, lineage().toBytes());
  }

  /**
   * Takes the state that {@link #writeChanged} wrote, if there is any.
   *
   * @throws dev.millrace.topology.store.StateMismatchException if the pipeline file now states
   *     another model than the one stored
   */
  public void read(BlockReader reader) {
    byte[] stored = reader.get(LoopState.KEY);
    if (stored == null) {
      return;
    }
    state = LoopState.fromBytes(stored);
    byte[] storedLineage = reader.get(Lineage.KEY);
    if (storedLineage == null) {
      throw new StateException("block is missing, key=" + Lineage.KEY);
    }
    lineage = Lineage.fromBytes(storedLineage);
    if (state.spec().isPresent()) {
      readModel(reader, state.spec().get());
    }
    lineage = lineage.under(pipeline, version(), state.nextOffset());
  }

  private void readModel(BlockReader reader, ModelSpec stored) {
    ModelSpec stated = SpecResolver.resolve(pipeline, state.schema().orElseThrow());
    SpecChange change = SpecChange.of(pipeline.name(), stored, stated);
    learner = learner(stated);
    learner.read(reader);
    lineage.requireSame(learner.weightsDigest());
    lineage.controlsOrNone().applyTo(learner);
    Optional<String> what = change.after(learner.version());
    if (what.isPresent()) {
      state = state.withModel(state.schemaJson().orElseThrow(), stated);
      lineage = lineage.with(new Lineage.Change(version(), state.nextOffset(), what.get()));
    }
  }

  /** The model, once there is one. */
  public Optional<Learner> learner() {
    return Optional.ofNullable(learner);
  }

  /**
   * The version of the model, which predictions and copies are called by: its optimiser steps,
   * unless it was installed from a copy.
   */
  public long version() {
    return learner == null ? 0 : lineage.version(learner.version());
  }

  /** The model's classes; none in a regression, or before there is a model. */
  public List<String> classes() {
    return learner == null ? List.of() : learner.spec().label().classes();
  }

  /** How the model came about, as it would be stored now. */
  public Lineage lineage() {
    return learner == null ? lineage : lineage.at(learner.spec().hash(), learner.weightsDigest());
  }

  /** What the control topic has made of learning. */
  public Controls controls() {
    return lineage.controlsOrNone();
  }

  /** What the loop has seen. */
  public LoopState state() {
    return state;
  }

  /** Counts of the model's events; all zero before there is one. */
  public Counters counters() {
    return learner == null ? Counters.NONE : learner.counters();
  }

  /** Ends the loop's threads; what it has learned can still be asked for and written. */
  @Override
  public void close() {
    workers.close();
  }
}
