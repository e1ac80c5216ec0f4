package dev.millrace.topology.store;

import dev.millrace.engine.model.ModelSpec;
import dev.millrace.engine.optim.LearningRate;
import dev.millrace.engine.optim.OptimizerSpec;
import java.util.List;
import java.util.Optional;

/**
 * From the model that is stored to the one that the pipeline file states now. Only one change goes
 * on: of the learning rate of steps to come. With the same rate in every step made so far, the log
 * makes the same weights from the new file as it made from the old.
 */
public final class SpecChange {
  private final String pipelineName;
  private final ModelSpec stored;
  private final ModelSpec stated;

  private SpecChange(String pipelineName, ModelSpec stored, ModelSpec stated) {
    this.pipelineName = pipelineName;
    this.stored = stored;
    this.stated = stated;
  }

  /**
   * The change.
   *
   * @throws StateMismatchException if more than the learning rate differs, with the differences and
   *     the ways out
   */
  public static SpecChange of(String pipelineName, ModelSpec stored, ModelSpec stated) {
    SpecChange change = new SpecChange(pipelineName, stored, stated);
    if (!stored.equals(stated) && !change.isOfRateAlone()) {
      throw change.refused();
    }
    return change;
  }

  /** A panel has no rate of its own that could change. */
  private boolean isOfRateAlone() {
    return stored.panel() == null
        && stated.panel() == null
        && withRate(stored, stated.optimizer().learningRate()).equals(stated);
  }

  private static ModelSpec withRate(ModelSpec spec, LearningRate rate) {
    OptimizerSpec optimizer = spec.optimizer();
    return spec.withOptimizer(new OptimizerSpec(optimizer.name(), rate, optimizer.settings()));
  }

  /**
   * What has changed, in words; empty if nothing has.
   *
   * @param steps made so far
   * @throws StateMismatchException if one of them would have had another learning rate
   */
  public Optional<String> after(long steps) {
    if (stored.equals(stated)) {
      return Optional.empty();
    }
    LearningRate was = stored.optimizer().learningRate();
    LearningRate is = stated.optimizer().learningRate();
    for (long step = 0; step < steps; step++) {
      if (was.at(step) != is.at(step)) {
        throw refused();
      }
    }
    return Optional.of("learning_rate: was %s, is %s".formatted(was, is));
  }

  private StateMismatchException refused() {
    List<String> differences = ModelDifferences.between(stored, stated);
    return new StateMismatchException(pipelineName, differences);
  }
}
