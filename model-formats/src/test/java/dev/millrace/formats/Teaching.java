package dev.millrace.formats;

import dev.millrace.engine.Learner;
import dev.millrace.engine.Outcome;
import dev.millrace.engine.kernel.KernelChoice;
import dev.millrace.engine.kernel.Kernels;
import dev.millrace.engine.model.ModelSpec;
import java.util.function.LongConsumer;

/** Learners that have learned made-up events. */
public final class Teaching {
  public static final Kernels KERNELS = KernelChoice.select(KernelChoice.Mode.AUTO).kernels();

  private Teaching() {}

  /**
   * Lets a learner learn the events of some offsets.
   *
   * @param fill fills the learner's event by its offset
   */
  public static void teach(Learner learner, long from, long to, LongConsumer fill) {
    for (long offset = from; offset < to; offset++) {
      learner.event().clear();
      fill.accept(offset);
      learner.add(offset);
      if (learner.mustPredict()) {
        learner.predict(ignored -> {});
      }
      if (learner.batchIsFull()) {
        learner.step();
      }
    }
    learner.predict(ignored -> {});
  }

  /** What the model says of the event that stands in it, which is not learned. */
  public static Outcome say(Learner learner, long offset) {
    Outcome[] said = new Outcome[1];
    learner.event().labelled = false;
    learner.add(offset);
    learner.predict(outcome -> said[0] = outcome);
    return said[0];
  }

  /** A model that has seen nothing. */
  public static Learner newLearner(ModelSpec spec) {
    return new Learner(spec, KERNELS);
  }
}
