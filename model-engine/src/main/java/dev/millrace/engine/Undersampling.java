package dev.millrace.engine;

import dev.millrace.engine.model.ImbalanceSpec;
import dev.millrace.engine.model.LabelSpec;
import dev.millrace.engine.random.CounterRandom;
import dev.millrace.engine.state.BlockReader;
import dev.millrace.engine.state.BlockWriter;
import dev.millrace.engine.state.StateArray;

/**
 * Which events of frequent classes are learned. The offset decides and not what was drawn before,
 * so that the count of those left out is all the state. With the correction those that are learned
 * stand for the others too and weigh 1 / rate, which leaves the expected gradient as it was
 * (importance weighting).
 */
final class Undersampling {
  private static final String KEY = "meta/undersampled";
  private static final long PURPOSE = 0x756e646572L; // "under"

  private final double rate;
  private final boolean[] sampled; // by class
  private final double correction;
  private final long stream;
  private long leftOut;
  private long stored; // the count that the store has

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

  /** Whether the event is left out; if so, it is counted. Asked once of each event. */
  boolean leavesOut(long offset, double label) {
    boolean out = rate < 1 && sampled[(int) label] && CounterRandom.uniform(stream, offset) >= rate;
    leftOut += out ? 1 : 0;
    return out;
  }

  /** How many events were left out. */
  long leftOut() {
    return leftOut;
  }

  /** The same of what was stored. */
  static long leftOut(BlockReader reader) {
    long[] count = new long[1];
    byte[] bytes = reader.get(KEY);
    if (bytes != null) {
      StateArray.of(KEY, count).fromBytes(bytes, 0, 1);
    }
    return count[0];
  }

  /** Counts on from what another model left out, even if this one learns all. */
  void countOnFrom(long before) {
    leftOut = before;
  }

  /** Writes the count if it has changed; nothing as long as nothing was left out. */
  void writeChanged(BlockWriter writer) {
    if (leftOut != stored) {
      writeAll(writer);
      stored = leftOut;
    }
  }

  void writeAll(BlockWriter writer) {
    if (leftOut > 0) {
      writer.put(KEY, StateArray.of(KEY, new long[] {leftOut}).toBytes(0, 1));
    }
  }

  void read(BlockReader reader) {
    leftOut = leftOut(reader);
    stored = leftOut;
  }

  /** How many events one that is learned stands for. */
  double standsFor(int label) {
    return sampled[label] ? correction : 1;
  }
}
