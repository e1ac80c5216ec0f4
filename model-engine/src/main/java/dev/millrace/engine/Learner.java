package dev.millrace.engine;

import dev.millrace.engine.feature.EventRow;
import dev.millrace.engine.feature.FeatureCounts;
import dev.millrace.engine.feature.FeatureSpace;
import dev.millrace.engine.feature.FeatureStatistics;
import dev.millrace.engine.feature.Featurizer;
import dev.millrace.engine.feature.TargetScaler;
import dev.millrace.engine.kernel.Kernels;
import dev.millrace.engine.kernel.Workers;
import dev.millrace.engine.layer.LayerSpec;
import dev.millrace.engine.loss.LossSpec;
import dev.millrace.engine.metric.Prequential;
import dev.millrace.engine.model.ModelSpec;
import dev.millrace.engine.network.Model;
import dev.millrace.engine.network.Network;
import dev.millrace.engine.panel.ExpertFigures;
import dev.millrace.engine.panel.Panel;
import dev.millrace.engine.state.BlockReader;
import dev.millrace.engine.state.BlockWriter;
import dev.millrace.engine.state.Digest;
import dev.millrace.engine.state.StateArray;
import dev.millrace.engine.state.StateBlocks;
import dev.millrace.engine.state.StateException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * A model that predicts events, then learns from them: features, network, optimiser and metrics
 * behind one face.
 *
 * <p>Events join in offset order with {@link #add}. Labelled rows gather in the batch, unlabelled
 * ones beside it, until {@link #mustPredict}; {@link #predict} then says what the version in force
 * makes of each, in order. When {@link #batchIsFull}, {@link #step} learns from the batch. When
 * predict is called in between changes no bit of any result, because every row is computed alone.
 *
 * <p>Where labels come late, a labelled row is predicted beside the batch, and joins the batch, and
 * the metrics, only when enough events after it have been predicted.
 *
 * <p>Not thread-safe.
 */
public final class Learner {
  /** Unlabelled events that may wait for a prediction. */
  static final int UNLABELLED_MAX = 64;

  /**
   * What became of a full batch.
   *
   * @param made whether its step was made
   * @param paused if not made: whether it was not even tried, as learning pauses; else a loss or
   *     gradient was not finite
   */
  public record Step(boolean made, boolean paused, long firstOffset, long lastOffset) {}

  /** How far a stored model had come, without what it had learned. */
  public record Stored(long version, Counters counters) {}

  /** How the names of weights and their optimiser slots begin in {@link #modelState}. */
  public static final String WEIGHTS = "b/";

  private static final String COUNTS = "meta/counts";
  private static final int PREDICTED = 0;
  private static final int LABELLED = 1;
  private static final int LEARNED = 2;
  private static final int REJECTED = 3;
  private static final int SKIPPED_STEPS = 4;
  private static final int STEPS = 5;
  private static final int BATCHED = 6;
  private static final int WAITING = 7;
  private static final int COUNTED = 8;

  private final ModelSpec spec;
  private final int classes;
  private final boolean labelIsCount;
  private final Featurizer featurizer;
  private final TargetScaler targetScaler;
  private final Model network;
  private final Scoring scoring;
  private final Undersampling undersampling;
  private final ClassWeights classWeights;
  private final EventRow event;
  private Optional<Explainer> explainer = Optional.empty();

  private final Rows batch; // labelled events, to be learned by the next step
  private final Rows others; // events without a known label, until they are predicted
  private final LateLabels late; // labelled events whose label is not known yet
  private final float[] targets; // [batch][targetsPerRow], labels as the network learns them
  private final float[] weights; // [batch], where they are not the rows' own
  private final int[] waiting; // rows without a prediction, in order: i of batch, ~i of others
  private int waitingCount;
  private boolean held; // nothing of the model changes
  private boolean activationsAreOfBatch; // the last forward pass was of the whole batch

  private final long[] counts = new long[COUNTED];
  private final LearningPause pause = new LearningPause();
  private final StateBlocks model; // all that predictions depend on
  private final StateBlocks progress; // metrics and counters
  private int rowsStored; // rows of the batch that the store has

  /** A model that has seen nothing, and learns in the calling thread alone. */
  public Learner(ModelSpec spec, Kernels kernels) {
    this(spec, kernels, Workers.ONE);
  }

  /**
   * A model that has seen nothing.
   *
   * @param workers who share out the products of large layers; their number changes no bit. They
   *     are the caller's to close
   */
  public Learner(ModelSpec spec, Kernels kernels, Workers workers) {
    this.spec = spec;
    FeatureSpace space = spec.space();
    classes = spec.label().classes().size();
    labelIsCount = spec.loss().kind() == LossSpec.Kind.COUNT;
    featurizer = new Featurizer(space, kernels);
    targetScaler = new TargetScaler(targetScale(spec));
    event = space.newEvent();
    int rows = Math.max(spec.batch(), UNLABELLED_MAX);
    network = model(spec, space, rows, kernels, workers);
    network.initialize(spec.seed());
    scoring = new Scoring(spec, targetScaler);
    undersampling = new Undersampling(spec.label(), spec.seed());
    classWeights = new ClassWeights(spec.label(), undersampling);
    late = new LateLabels(spec.label().delay(), scoring.noteAtOnce().length);
    int saidLength = late.areLate() ? network.saidLength() : 0;
    batch = new Rows(spec.batch(), space, saidLength);
    others = new Rows(UNLABELLED_MAX, space, saidLength);
    targets = new float[Math.multiplyExact(spec.batch(), network.targetsPerRow())];
    weights = new float[spec.batch()];
    waiting = new int[spec.batch() + UNLABELLED_MAX];
    model = new StateBlocks(modelArrays());
    List<StateArray> progressArrays = new ArrayList<>(scoring.metrics().state());
    progressArrays.add(StateArray.of(COUNTS, counts));
    progressArrays.add(pause.state());
    progressArrays.addAll(scoring.state());
    progress = new StateBlocks(progressArrays);
  }

  /** Exact regression needs targets whose scale never moves, and is the same on any. */
  static TargetScaler.Scale targetScale(ModelSpec spec) {
    if (spec.loss().kind() == LossSpec.Kind.COUNT) {
      return TargetScaler.Scale.AS_IT_IS;
    }
    return !spec.layers().isEmpty()
            && spec.layers().getLast() instanceof LayerSpec.RecursiveLeastSquares
        ? TargetScaler.Scale.FROM_FIRST
        : TargetScaler.Scale.STANDARDIZED;
  }

  static Model model(
      ModelSpec spec, FeatureSpace space, int rows, Kernels kernels, Workers workers) {
    if (spec.panel() != null) {
      return new Panel(
          spec.panel(),
          spec.label().classes().size(),
          spec.label().delay(),
          space.width(),
          space.categories(),
          rows,
          kernels,
          workers);
    }
    return new Network(
        space.width(),
        space.categories(),
        spec.layers(),
        spec.loss().ofClassIndex(),
        spec.optimizer(),
        rows,
        kernels,
        workers);
  }

  private List<StateArray> modelArrays() {
    List<StateArray> arrays = new ArrayList<>(network.state(WEIGHTS));
    arrays.addAll(featurizer.state());
    arrays.add(targetScaler.state());
    arrays.addAll(classWeights.state());
    return arrays;
  }

  public ModelSpec spec() {
    return spec;
  }

  /** Says what predictions tell beside from now on. It changes no other bit of any result. */
  public void tell(PredictionDetail detail) {
    explainer =
        detail.equals(PredictionDetail.NONE)
            ? Optional.empty()
            : Optional.of(new Explainer(detail, network, spec, targetScaler));
  }

  /** The event to fill before {@link #add}; the same object every time. */
  public EventRow event() {
    return event;
  }

  /**
   * Takes the event in {@link #event()}: its numbers join the statistics and its row waits for a
   * prediction.
   *
   * @param offset greater than that of any event before
   * @throws IllegalArgumentException if a labelled event has a weight that is negative or not
   *     finite as a float, or a negative label where the loss is one of counts
   */
  public void add(long offset) {
    checkLabel();
    assert !mustPredict() && !batchIsFull() : "predict and step come before the next event";
    if (event.labelled) {
      waiting[waitingCount] = late.areLate() ? ~addLate(offset) : addKnown(offset);
      counts[LABELLED]++;
    } else {
      waiting[waitingCount] = ~others.add(event, offset, featurizer);
    }
    takeLabelKnownAfter(counts[PREDICTED] + waitingCount++);
    activationsAreOfBatch = false;
    model.touch();
    progress.touch();
  }

  /**
   * Even of an event that is left out the texts join vocabularies: its prediction must not tell
   * whether it is learned, which depends on its label.
   */
  private int addKnown(long offset) {
    if (held) {
      counts[REJECTED]++;
      return ~others.add(event, offset, featurizer);
    }
    if (undersampling.leavesOut(offset, event.label)) {
      return ~others.add(event, offset, featurizer);
    }
    return batch.add(event, offset, featurizer);
  }

  private int addLate(long offset) {
    int row = others.add(event, offset, featurizer, false);
    long number = counts[PREDICTED] + waitingCount;
    late.add(number, offset, others.toBytes(row), featurizer.texts(event));
    return row;
  }

  private void takeLabelKnownAfter(long number) {
    LateLabels.Waiting known = late.learnedAfter(number);
    if (known == null) {
      return;
    }
    if (held) {
      counts[REJECTED]++;
      return;
    }
    if (undersampling.leavesOut(known.offset(), Rows.label(known.row))) {
      featurizer.learn(known.texts);
    } else {
      batch.addStored(known.row);
      featurizer.learn(known.texts, batch.categories(), batch.count() - 1);
    }
  }

  private void checkLabel() {
    if (!event.labelled) {
      return;
    }
    float weight = (float) event.weight;
    if (!(weight >= 0 && weight <= Float.MAX_VALUE)) {
      throw new IllegalArgumentException(
          "weight must be at least 0 and finite, weight=" + event.weight);
    }
    if (labelIsCount && !(event.label >= 0)) {
      throw new IllegalArgumentException(
          "label must be at least 0 for " + spec.loss().name() + ", label=" + event.label);
    }
  }

  /** Whether waiting events must be predicted before another is added. */
  public boolean mustPredict() {
    return waitingCount > 0 && (batch.isFull() || others.isFull());
  }

  /** Whether a step must be made before another event is added. */
  public boolean batchIsFull() {
    return batch.isFull();
  }

  /**
   * Whether the model stays as it is: events are predicted and scored, and no weight, slot, feature
   * statistic or vocabulary changes. A labelled event counts as rejected once its label is known;
   * the rows of the partial batch wait. Every event has been predicted.
   */
  public void hold(boolean held) {
    assert waitingCount == 0 : "waiting events are predicted before learning is held or goes on";
    this.held = held;
    featurizer.hold(held);
  }

  /** The names of the parts that {@link #freeze} knows: layers, or the experts of a panel. */
  public List<String> parts() {
    return network.parts();
  }

  /**
   * Keeps the weights of some parts as they are and teaches all others.
   *
   * @throws IllegalArgumentException if there is no part of a name
   */
  public void freeze(Set<String> names) {
    network.freeze(names);
  }

  /**
   * Another learning rate for steps to come; empty for that of the specification.
   *
   * @throws IllegalArgumentException if it is out of range, or nothing has a rate that could change
   */
  public void learningRate(OptionalDouble rate) {
    network.learningRate(rate);
  }

  /** Predicts every waiting event with the version in force, in the order of their offsets. */
  public void predict(Outcome.Consumer consumer) {
    if (waitingCount == 0) {
      return;
    }
    float[] othersOutputs = othersOutputs();
    int first = firstWaitingInBatch();
    float[] outputs = batchOutputs(first);
    activationsAreOfBatch = first == 0 && batch.isFull() && !explanationsRunTheModel();
    for (int i = 0; i < waitingCount; i++) {
      int row = waiting[i];
      late.scoreAfter(counts[PREDICTED] + i - 1, scoring::score);
      if (row >= 0) {
        tell(outputs, row - first, batch, row, consumer);
      } else {
        tell(othersOutputs, ~row, others, ~row, consumer);
      }
    }
    counts[PREDICTED] += waitingCount;
    late.scoreAfter(counts[PREDICTED] - 1, scoring::score);
    waitingCount = 0;
    others.clear();
    progress.touch();
  }

  /** A copy, since the network's own array is overwritten by the pass over the batch. */
  private float[] othersOutputs() {
    int rows = others.count();
    if (rows == 0) {
      return null;
    }
    float[] outputs = Arrays.copyOf(forward(others, 0, rows), rows * network.outputs());
    for (int row = 0; row < rows && others.saidLength() > 0; row++) {
      network.said(row, others.said(), row * others.saidLength());
    }
    return outputs;
  }

  private float[] batchOutputs(int first) {
    int count = batch.count() - first;
    float[] outputs = count == 0 ? null : forward(batch, first, count);
    return outputs == null || !explanationsRunTheModel()
        ? outputs
        : Arrays.copyOf(outputs, count * network.outputs());
  }

  private boolean explanationsRunTheModel() {
    return explainer.isPresent() && explainer.get().runsTheModel();
  }

  private float[] forward(Rows rows, int first, int count) {
    return network.forward(rows.values(), rows.start(first), rows.categories(), first, count);
  }

  private int firstWaitingInBatch() {
    for (int i = 0; i < waitingCount; i++) {
      if (waiting[i] >= 0) {
        return waiting[i];
      }
    }
    return batch.count();
  }

  /** Keeps what a panel's experts say of a row, to judge them by once its label is known. */
  private void keepSaid(LateLabels.Waiting unknown, int row) {
    int length = others.saidLength();
    if (length == 0) {
      return;
    }
    unknown.row = others.toBytes(row);
    int inBatch = batch.indexOf(others.offset(row)); // with a delay that is less than the batch
    if (inBatch >= 0) {
      System.arraycopy(others.said(), row * length, batch.said(), inBatch * length, length);
    }
  }

  private void tell(float[] outputs, int output, Rows rows, int row, Outcome.Consumer consumer) {
    Outcome outcome = scoring.outcome();
    double label = rows.label(row);
    LateLabels.Waiting unknown = rows == batch ? null : late.predicted(rows.offset(row));
    boolean atOnce = unknown == null && !Double.isNaN(label);
    boolean labelled = unknown != null || atOnce;
    double[] toNote = unknown == null ? scoring.noteAtOnce() : unknown.note;
    if (unknown != null) {
      keepSaid(unknown, row);
    }
    scoring.predict(outputs, output * network.outputs(), network.outputs());
    outcome.offset = rows.offset(row);
    outcome.version = network.steps();
    scoring.note(label, labelled, toNote);
    if (atOnce) {
      scoring.score(toNote);
    }
    if (explainer.isPresent()) {
      explainer.get().explain(rows, row, outcome);
    }
    consumer.accept(outcome);
  }

  /**
   * Learns from the full batch, all of whose rows have been predicted.
   *
   * @return what was learned; if no step was made, no weight changed and the batch counts as
   *     rejected
   */
  public Step step() {
    assert batchIsFull() && waitingCount == 0 : "a step needs a full batch, predicted";
    int rows = batch.count();
    boolean stepped = false;
    boolean paused = pause.isOn();
    if (paused) {
      pause.passed();
    } else if (learn(rows)) {
      stepped = true;
      pause.made();
    } else {
      counts[SKIPPED_STEPS]++;
      pause.skipped();
    }
    counts[stepped ? LEARNED : REJECTED] += rows;
    featurizer.expire(network::forgetCategory);
    Step step = new Step(stepped, paused, batch.offset(0), batch.offset(rows - 1));
    batch.clear();
    rowsStored = 0;
    activationsAreOfBatch = false;
    model.touch();
    progress.touch();
    return step;
  }

  private boolean learn(int rows) {
    if (!activationsAreOfBatch) {
      forward(batch, 0, rows);
    }
    for (int row = 0; row < rows && batch.saidLength() > 0; row++) {
      network.recall(row, batch.said(), row * batch.saidLength());
    }
    for (int row = 0; row < rows; row++) {
      putTarget(row, batch.label(row));
    }
    return network.learn(targets, 0, classWeights.of(batch, rows, weights), 0, rows);
  }

  private void putTarget(int row, double label) {
    int perRow = network.targetsPerRow();
    if (classes == 0) {
      targetScaler.observe(label);
      targets[row] = targetScaler.scale(label);
    } else if (perRow == 1) {
      targets[row] = (float) label;
    } else {
      Arrays.fill(targets, row * perRow, (row + 1) * perRow, 0f);
      targets[row * perRow + (int) label] = 1f;
    }
  }

  /** Steps done. */
  public long version() {
    return network.steps();
  }

  /** Counts of events by what became of them. */
  public Counters counters() {
    return counters(
        counts, batch.count() + late.count(), late.count(), undersampling.leftOut(), pause.isOn());
  }

  private static Counters counters(
      long[] counts, long pending, long late, long leftOut, boolean paused) {
    return new Counters(
        counts[PREDICTED],
        counts[LABELLED],
        counts[LEARNED],
        pending,
        late,
        counts[REJECTED],
        leftOut,
        counts[SKIPPED_STEPS],
        paused);
  }

  /**
   * How far the model of the blocks had come, whatever its spec; whether its learning paused is not
   * looked for.
   *
   * @throws StateException if the block is missing
   */
  public static Stored stored(BlockReader reader) {
    long[] counts = new long[COUNTED];
    new StateBlocks(List.of(StateArray.of(COUNTS, counts))).read(reader);
    return new Stored(
        counts[STEPS],
        counters(
            counts,
            counts[BATCHED] + counts[WAITING],
            counts[WAITING],
            Undersampling.leftOut(reader),
            false));
  }

  /**
   * Counts on from what another model did with the events before; those that were pending there are
   * rejected, as nothing will learn them any more, and those whose labels are late here are of
   * another log, and forgotten. No figure and no weight changes.
   */
  public void countOnFrom(Counters before) {
    assert batch.count() == 0 && waitingCount == 0 : "what is pending here would be counted twice";
    late.clear();
    counts[PREDICTED] = before.predicted();
    counts[LABELLED] = before.labelled();
    counts[LEARNED] = before.learned();
    counts[REJECTED] = before.rejected() + before.pending();
    undersampling.countOnFrom(before.undersampled());
    counts[SKIPPED_STEPS] = before.skippedSteps();
    progress.touch();
  }

  /** What is known of the values of each feature. */
  public List<FeatureStatistics> featureStatistics() {
    return featurizer.statistics();
  }

  /**
   * Bytes of the model and its figures as they are stored, of growing tables what is known. Rows
   * that wait for their step or their label come on top.
   */
  public long stateBytes() {
    return model.bytes() + progress.bytes();
  }

  /** The same from another learner's state, with what its features had to do without. */
  public void countOnFrom(Learner before) {
    countOnFrom(before.counters());
    featurizer.counts().countOnFrom(before.featurizer.counts());
  }

  /** Forgets the labelled events that were to be learned: the model goes on with another log. */
  public void forgetPending() {
    assert waitingCount == 0 : "waiting events are predicted before they are forgotten";
    batch.clear();
    late.clear();
    rowsStored = 0;
    activationsAreOfBatch = false;
    progress.touch();
  }

  /** What features had to do without. */
  public FeatureCounts featureCounts() {
    return featurizer.counts();
  }

  /** How each expert of a panel has done; none if the model is one network. */
  public List<ExpertFigures> experts() {
    return network instanceof Panel panel ? panel.figures() : List.of();
  }

  public Prequential metrics() {
    return scoring.metrics();
  }

  /** Scores the events whose labels are to come late too; they are still learned when they come. */
  public void scoreWaiting() {
    assert waitingCount == 0 : "waiting events are predicted before they are scored";
    late.scoreAll(scoring::score);
    progress.touch();
  }

  /** The figures of the metrics and, if there are bounds, of these. */
  public Map<String, Double> figures() {
    return scoring.figures();
  }

  /** Begins the metrics anew, as for another epoch over bounded data. */
  public void resetMetrics() {
    scoring.reset();
    progress.touch();
  }

  /**
   * SHA-256 in hexadecimal over all that predictions depend on: weights, optimiser slots and
   * feature statistics.
   */
  public String weightsDigest() {
    return Digest.hex(model.digest());
  }

  /**
   * Live views of all that predictions depend on: weights, optimiser slots and layers' own state
   * under names that begin with {@value #WEIGHTS}, statistics of the features under others.
   */
  public List<StateArray> modelState() {
    return modelArrays();
  }

  /** Writes what a model needs to predict and to learn on, metrics apart. */
  public void writeModel(BlockWriter writer) {
    model.writeAll(writer);
  }

  /** Writes what changed since the last call, the partial batch included. */
  public void writeChanged(BlockWriter writer) {
    settle();
    model.writeChanged(writer);
    progress.writeChanged(writer);
    featurizer.counts().writeChanged(writer);
    undersampling.writeChanged(writer);
    for (; rowsStored < batch.count(); rowsStored++) {
      writer.put("pend/" + rowsStored, batch.toBytes(rowsStored));
    }
    late.writeChanged(writer, counts[LABELLED]);
  }

  /** The keys of all blocks that {@link #writeAll} can write between two batches. */
  public Set<String> keys() {
    Set<String> keys = new LinkedHashSet<>(model.keys());
    keys.addAll(progress.keys());
    featurizer.counts().writeAll((key, bytes) -> keys.add(key));
    undersampling.writeAll((key, bytes) -> keys.add(key));
    late.writeAll((key, bytes) -> keys.add(key), counts[LABELLED]);
    return keys;
  }

  /** Writes everything that {@link #read} takes. */
  public void writeAll(BlockWriter writer) {
    settle();
    model.writeAll(writer);
    progress.writeAll(writer);
    featurizer.counts().writeAll(writer);
    undersampling.writeAll(writer);
    for (int i = 0; i < batch.count(); i++) {
      writer.put("pend/" + i, batch.toBytes(i));
    }
    late.writeAll(writer, counts[LABELLED]);
  }

  private void settle() {
    assert waitingCount == 0 : "waiting events are predicted before state is written";
    counts[STEPS] = network.steps();
    counts[BATCHED] = batch.count();
    counts[WAITING] = late.count();
  }

  /**
   * Takes the state that {@link #writeChanged} wrote; what follows is bit for bit what would have
   * followed there.
   *
   * @throws StateException if a block is missing or of another size
   */
  public void read(BlockReader reader) {
    if (network.steps() > 0) {
      network.initialize(spec.seed()); // what no block holds is as the seed gave it
    }
    featurizer.forget();
    model.read(reader);
    featurizer.restored();
    progress.read(reader);
    scoring.restored();
    featurizer.counts().read(reader);
    undersampling.read(reader);
    network.restoreSteps(counts[STEPS]);
    long batched = counts[BATCHED];
    if (batched < 0 || batched >= spec.batch()) {
      throw new StateException("partial batch has %d rows of %d".formatted(batched, spec.batch()));
    }
    batch.clear();
    others.clear();
    waitingCount = 0;
    for (int i = 0; i < batched; i++) {
      byte[] row = reader.get("pend/" + i);
      if (row == null) {
        throw new StateException("block is missing, key=pend/" + i);
      }
      batch.addStored(row);
    }
    rowsStored = batch.count();
    late.read(reader, counts[WAITING], counts[LABELLED]);
    activationsAreOfBatch = false;
  }
}
