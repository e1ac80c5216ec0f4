package dev.millrace.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;

/** Feeds a learner with made-up events, as the loop of a pipeline does. */
final class Feed {
  private Feed() {}

  /**
   * Adds the events of some offsets, and predicts all of them.
   *
   * @param fill fills the learner's event by its offset
   * @param eager asked after every event whether to predict before that is due
   * @return the steps
   */
  static List<Learner.Step> feed(
      Learner learner,
      long from,
      long to,
      LongConsumer fill,
      BooleanSupplier eager,
      Outcome.Consumer consumer) {
    List<Learner.Step> steps = new ArrayList<>();
    for (long offset = from; offset < to; offset++) {
      fill.accept(offset);
      learner.add(offset);
      if (learner.mustPredict() || eager.getAsBoolean()) {
        learner.predict(consumer);
      }
      if (learner.batchIsFull()) {
        steps.add(learner.step());
      }
    }
    learner.predict(consumer);
    return steps;
  }
}
