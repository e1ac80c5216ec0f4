package dev.millrace.engine;

import dev.millrace.engine.feature.EventRow;
import dev.millrace.engine.feature.FeatureSpace;
import dev.millrace.engine.feature.Featurizer;
import dev.millrace.engine.feature.TargetScaler;
import dev.millrace.engine.kernel.Elementary;
import dev.millrace.engine.kernel.Kernels;
import dev.millrace.engine.kernel.Workers;
import dev.millrace.engine.layer.LayerSpec;
import dev.millrace.engine.loss.LossSpec;
import dev.millrace.engine.metric.ClassMetrics;
import dev.millrace.engine.metric.Prequential;
import dev.millrace.engine.metric.ValueMetrics;
import dev.millrace.engine.model.ModelSpec;
import dev.millrace.engine.network.Network;
import dev.millrace.engine.params.Tensor;
import dev.millrace.engine.state.BlockReader;
import dev.millrace.engine.state.BlockWriter;
import dev.millrace.engine.state.Digest;
import dev.millrace.engine.state.StateArray;
import dev.millrace.engine.state.StateBlocks;
import dev.millrace.engine.state.StateException;
import dev.millrace.engine.state.TouchedBlocks;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * A model that predicts events, then learns from them: features, network, optimiser and metrics
 * behind one face.
 *
 * <p>Events join in offset order with {@link #add}. Labelled rows gather in the batch, unlabelled
 * ones beside it, until {@link #mustPredict}; {@link #predict} then says what the version in force
 * makes of each, in order. When {@link #batchIsFull}, {@link #step} learns from the batch. When
 * predict is called in between changes no bit of any result, because every row is computed alone.
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

  private static final String COUNTS = "meta/counts";
  private static final int PREDICTED = 0;
  private static final int LABELLED = 1;
  private static final int LEARNED = 2;
  private static final int REJECTED = 3;
  private static final int SKIPPED_STEPS = 4;
  private static final int STEPS = 5;
  private static final int BATCHED = 6;
  private static final int COUNTED = 7;

  private final ModelSpec spec;
  private final int classes;
  private final LossSpec.Kind kind;
  private final Featurizer featurizer;
  private final TargetScaler targetScaler;
  private final Network network;
  private final Prequential metrics;
  private final EventRow event;
  private final Outcome outcome;

  private final Rows batch; // labelled events, to be learned by the next step
  private final Rows others; // unlabelled events, until they are predicted
  private final float[] targets; // [batch][targetsPerRow], labels as the network learns them
  private final int[] waiting; // rows without a prediction, in order: i of batch, ~i of others
  private int waitingCount;
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
    FeatureSpace space = new FeatureSpace(spec.features());
    classes = spec.label().classes().size();
    kind = spec.loss().kind();
    featurizer = new Featurizer(space, kernels);
    targetScaler = new TargetScaler(targetScale(spec));
    event = space.newEvent();
    int rows = Math.max(spec.batch(), UNLABELLED_MAX);
    LossSpec loss = spec.loss().ofClassIndex();
    network =
        new Network(
            space.width(),
            space.categories(),
            spec.layers(),
            loss,
            spec.optimizer(),
            rows,
            kernels,
            workers);
    network.initialize(spec.seed());
    metrics = Prequential.of(classes);
    outcome = new Outcome(Math.max(1, classes));
    batch = new Rows(spec.batch(), space);
    others = new Rows(UNLABELLED_MAX, space);
    targets = new float[Math.multiplyExact(spec.batch(), network.targetsPerRow())];
    waiting = new int[spec.batch() + UNLABELLED_MAX];
    model = new StateBlocks(modelArrays());
    List<StateArray> progressArrays = new ArrayList<>(metrics.state());
    progressArrays.add(StateArray.of(COUNTS, counts));
    progressArrays.add(pause.state());
    progress = new StateBlocks(progressArrays);
  }

  /** Exact regression needs targets whose scale never moves, and is the same on any. */
  private static TargetScaler.Scale targetScale(ModelSpec spec) {
    if (spec.loss().kind() == LossSpec.Kind.COUNT) {
      return TargetScaler.Scale.AS_IT_IS;
    }
    return spec.layers().getLast() instanceof LayerSpec.RecursiveLeastSquares
        ? TargetScaler.Scale.FROM_FIRST
        : TargetScaler.Scale.STANDARDIZED;
  }

  private List<StateArray> modelArrays() {
    List<StateArray> arrays = new ArrayList<>();
    for (Tensor tensor : network.layout().tensors()) {
      String name = "b/" + tensor.name();
      Optional<TouchedBlocks> touched = network.touched(tensor);
      touched.ifPresent(blocks -> arrays.add(blocks.state(name + ".touched")));
      arrays.add(StateArray.of(name, network.parameters(), tensor, touched));
      List<String> slots = network.learns(tensor) ? network.slotNames() : List.of();
      for (String slot : slots) {
        arrays.add(StateArray.of(name + "." + slot, network.slot(slot), tensor, touched));
      }
    }
    arrays.addAll(network.ownState("b/"));
    arrays.addAll(featurizer.state());
    arrays.add(targetScaler.state());
    return arrays;
  }

  public ModelSpec spec() {
    return spec;
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
      waiting[waitingCount++] = batch.add(event, offset, featurizer);
      counts[LABELLED]++;
    } else {
      waiting[waitingCount++] = ~others.add(event, offset, featurizer);
    }
    activationsAreOfBatch = false;
    model.touch();
    progress.touch();
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
    if (kind == LossSpec.Kind.COUNT && !(event.label >= 0)) {
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

  /** Predicts every waiting event with the version in force, in the order of their offsets. */
  public void predict(Outcome.Consumer consumer) {
    if (waitingCount == 0) {
      return;
    }
    float[] othersOutputs = othersOutputs();
    int first = firstWaitingInBatch();
    float[] outputs = first == batch.count() ? null : forward(batch, first, batch.count() - first);
    activationsAreOfBatch = first == 0 && batch.isFull();
    for (int i = 0; i < waitingCount; i++) {
      int row = waiting[i];
      if (row >= 0) {
        tell(outputs, row - first, batch, row, consumer);
      } else {
        tell(othersOutputs, ~row, others, ~row, consumer);
      }
    }
    counts[PREDICTED] += waitingCount;
    waitingCount = 0;
    others.clear();
    progress.touch();
  }

  /** A copy, since the network's own array is overwritten by the pass over the batch. */
  private float[] othersOutputs() {
    int rows = others.count();
    return rows == 0 ? null : Arrays.copyOf(forward(others, 0, rows), rows * network.outputs());
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

  private void tell(float[] outputs, int output, Rows rows, int row, Outcome.Consumer consumer) {
    double label = rows.label(row);
    boolean labelled = rows == batch;
    outcome.offset = rows.offset(row);
    outcome.version = network.steps();
    outcome.labelled = labelled;
    outcome.label = label;
    outcome.loss = Double.NaN;
    switch (metrics) {
      case ClassMetrics m -> {
        fillProbabilities(outputs, output * network.outputs());
        if (labelled) {
          outcome.loss = ClassMetrics.logLoss(outcome.outputs[(int) label]);
          m.add((int) label, outcome.predictedClass, outcome.loss);
        }
      }
      case ValueMetrics m -> {
        double value = targetScaler.unscale(outputs[output]);
        outcome.outputs[0] = (float) value;
        outcome.predictedValue = value;
        if (labelled) {
          outcome.loss = (value - label) * (value - label);
          m.add(label, value);
        }
      }
    }
    consumer.accept(outcome);
  }

  private void fillProbabilities(float[] outputs, int at) {
    float[] probabilities = outcome.outputs;
    if (network.outputs() == 1) {
      float yes = kind == LossSpec.Kind.MARGIN ? probability(outputs[at]) : outputs[at];
      probabilities[0] = 1f - yes;
      probabilities[1] = yes;
    } else {
      System.arraycopy(outputs, at, probabilities, 0, classes);
    }
    sayNothingUnlessNumbers(probabilities);
    int best = 0;
    for (int i = 1; i < classes; i++) {
      best = probabilities[i] > probabilities[best] ? i : best;
    }
    outcome.predictedClass = best;
  }

  /**
   * A row whose sums were too large is known nothing of. Besides, which of NaN's many bits came out
   * would depend on how the JVM compiled the sums.
   */
  private static void sayNothingUnlessNumbers(float[] probabilities) {
    for (float probability : probabilities) {
      if (Float.isNaN(probability)) {
        Arrays.fill(probabilities, 1f / probabilities.length);
        return;
      }
    }
  }

  /** Rises with the margin and is 1/2 at 0; a fixed map, which nothing calibrates. */
  private static float probability(float margin) {
    return Elementary.sigmoid(2f * margin);
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
    for (int row = 0; row < rows; row++) {
      putTarget(row, batch.label(row));
    }
    return network.learn(targets, 0, batch.weights(), 0, rows);
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
    return counters(counts, batch.count(), pause.isOn());
  }

  private static Counters counters(long[] counts, long pending, boolean paused) {
    return new Counters(
        counts[PREDICTED],
        counts[LABELLED],
        counts[LEARNED],
        pending,
        counts[REJECTED],
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
    return new Stored(counts[STEPS], counters(counts, counts[BATCHED], false));
  }

  /**
   * Counts on from what another model did with the events before; those that waited in its batch
   * are rejected, as nothing will learn them any more. No figure and no weight changes.
   */
  public void countOnFrom(Counters before) {
    assert batch.count() == 0 && waitingCount == 0 : "what is pending here would be counted twice";
    counts[PREDICTED] = before.predicted();
    counts[LABELLED] = before.labelled();
    counts[LEARNED] = before.learned();
    counts[REJECTED] = before.rejected() + before.pending();
    counts[SKIPPED_STEPS] = before.skippedSteps();
    progress.touch();
  }

  public Prequential metrics() {
    return metrics;
  }

  /** Begins the metrics anew, as for another epoch over bounded data. */
  public void resetMetrics() {
    metrics.reset();
    progress.touch();
  }

  /**
   * SHA-256 in hexadecimal over all that predictions depend on: weights, optimiser slots and
   * feature statistics.
   */
  public String weightsDigest() {
    return Digest.hex(model.digest());
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
    for (; rowsStored < batch.count(); rowsStored++) {
      writer.put("pend/" + rowsStored, batch.toBytes(rowsStored));
    }
  }

  /** Writes everything that {@link #read} takes. */
  public void writeAll(BlockWriter writer) {
    settle();
    model.writeAll(writer);
    progress.writeAll(writer);
    for (int i = 0; i < batch.count(); i++) {
      writer.put("pend/" + i, batch.toBytes(i));
    }
  }

  private void settle() {
    assert waitingCount == 0 : "waiting events are predicted before state is written";
    counts[STEPS] = network.steps();
    counts[BATCHED] = batch.count();
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
    activationsAreOfBatch = false;
  }
}
