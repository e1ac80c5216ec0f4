package dev.millrace.engine;

import dev.millrace.engine.model.ImbalanceSpec;
import dev.millrace.engine.model.LabelSpec;
import dev.millrace.engine.random.CounterRandom;

/**
 * Which events of frequent classes are learned. The offset decides and not what was drawn before,
 * so that there is no state. With the correction those that are learned stand for the others too
 * and weigh 1 / rate, which leaves the expected gradient as it was (importance weighting).
 */
final class Undersampling {
  private static final long PURPOSE = 0x756e646572L; // "under"

  private final double rate;
  private final boolean[] sampled; // by class
  private final double correction;
  private final long stream;

  /** That of the label; everything is learned where it asks for none. */
  Undersampling(LabelSpec label, long seed) {
    ImbalanceSpec.Undersampling spec = label.imbalanceOrNone().undersampling();
    sampled = new boolean[label.classes().size()];
    rate = spec == null ? 1 : spec.rate();
    correction = spec != null && spec.correction() ? 1 / rate : 1;
    stream = CounterRandom.stream(seed, PURPOSE);
    if (spec != null) {
      for (int k = 0; k < sampled.length; k++) {
        sampled[k] = spec.classes().contains(label.classes().get(k));
      }
    }
  }

  /** Whether the event is left out. */
  boolean leavesOut(long offset, double label) {
    return rate < 1 && sampled[(int) label] && CounterRandom.uniform(stream, offset) >= rate;
  }

  /** How many events one that is learned stands for. */
  double standsFor(int label) {
    return sampled[label] ? correction : 1;
  }
}
