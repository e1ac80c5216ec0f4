package dev.millrace.engine;

import dev.millrace.engine.feature.EventRow;
import dev.millrace.engine.feature.FeatureSpace;
import dev.millrace.engine.feature.Featurizer;
import dev.millrace.engine.feature.TargetScaler;
import dev.millrace.engine.kernel.Kernels;
import dev.millrace.engine.kernel.Workers;
import dev.millrace.engine.layer.Entries;
import dev.millrace.engine.model.ModelSpec;
import dev.millrace.engine.network.Model;
import dev.millrace.engine.state.BlockReader;
import dev.millrace.engine.state.StateArray;
import dev.millrace.engine.state.StateBlocks;
import java.util.ArrayList;
import java.util.List;

/**
 * A model that predicts and does not learn. Of each event it says, bit for bit, what a {@link
 * Learner} of the same state would say, were it the next event and without a label: its numbers
 * join the statistics that scale it, and leave them again. So no event changes what is said of
 * another.
 *
 * <p>It takes the blocks that a learner wrote, and of them those alone that predictions depend on:
 * no optimiser's slots, no metrics, no pending rows. Not thread-safe.
 */
public final class Scorer {
  /** Events that may wait for a prediction. */
  public static final int ROWS_MAX = 32;

  private final ModelSpec spec;
  private final Featurizer featurizer;
  private final Model network;
  private final Scoring scoring;
  private final EventRow event;
  private final float[] values; // [rows][width]
  private final Entries categories;
  private int rows;

  /**
   * The model of a learner's blocks.
   *
   * @param spec that the learner had
   * @throws dev.millrace.engine.state.StateException if a block is missing or of another size
   */
  public Scorer(ModelSpec spec, Kernels kernels, BlockReader blocks) {
    this.spec = spec;
    FeatureSpace space = spec.space();
    featurizer = new Featurizer(space, kernels);
    event = space.newEvent();
    values = new float[Math.multiplyExact(ROWS_MAX, space.width())];
    categories = new Entries(space.categories().size(), ROWS_MAX);
    network = Learner.model(spec.withoutSlots(), space, ROWS_MAX, kernels, Workers.ONE);
    TargetScaler targetScaler = new TargetScaler(Learner.targetScale(spec));
    scoring = new Scoring(spec, targetScaler);
    network.initialize(spec.seed()); // what no block holds is as the seed gave it
    List<StateArray> arrays = new ArrayList<>(network.state(Learner.WEIGHTS));
    arrays.addAll(featurizer.state());
    arrays.add(targetScaler.state());
    arrays.addAll(scoring.state());
    new StateBlocks(arrays).read(blocks);
    featurizer.restored();
    scoring.restored();
    network.restoreSteps(Learner.stored(blocks).version());
  }

  public ModelSpec spec() {
    return spec;
  }

  /** The event to fill before {@link #add}; the same object every time. */
  public EventRow event() {
    return event;
  }

  /** Takes the event in {@link #event()}; if it has a label, nobody looks at it. */
  public void add() {
    assert !isFull() : "predict comes before the next event";
    event.labelled = false;
    featurizer.peek(event, values, rows * featurizer.width(), categories);
    rows++;
  }

  /** Whether waiting events must be predicted before another is added. */
  public boolean isFull() {
    return rows == ROWS_MAX;
  }

  /** Predicts every waiting event, in order; as an offset each has its place among them. */
  public void predict(Outcome.Consumer consumer) {
    if (rows == 0) {
      return;
    }
    float[] outputs = network.forward(values, 0, categories, 0, rows);
    Outcome outcome = scoring.outcome();
    for (int row = 0; row < rows; row++) {
      scoring.predict(outputs, row * network.outputs(), network.outputs());
      outcome.offset = row;
      outcome.version = network.steps();
      scoring.note(Double.NaN, false, scoring.noteAtOnce());
      consumer.accept(outcome);
    }
    forget();
  }

  /** Forgets the waiting events. */
  public void forget() {
    rows = 0;
    categories.clear();
  }
}
