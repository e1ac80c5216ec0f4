package dev.millrace.engine.feature;

import dev.millrace.engine.state.StateArray;
import dev.millrace.engine.state.TouchedBlocks;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * How rare each slot of a bag has been: log((1 + n) / (1 + events with it)) + 1 over n events, the
 * inverse document frequency of scikit-learn. Two tokens of one event in one slot count twice.
 */
final class EntryRarity {
  private final long[] events;
  private final TouchedBlocks touched;

  EntryRarity(int slots) {
    events = new long[slots];
    touched = new TouchedBlocks(slots, Long.BYTES);
  }

  /** Lets the entries of an event join. */
  void add(Bag bag) {
    for (int i = 0; i < bag.count(); i++) {
      touched.touch(bag.slot(i));
      events[bag.slot(i)]++;
    }
  }

  /** Takes back what {@link #add} of the event did; a block that it touched stays touched. */
  void remove(Bag bag) {
    for (int i = 0; i < bag.count(); i++) {
      events[bag.slot(i)]--;
    }
  }

  /** The factor of a slot among so many events. */
  float of(int slot, long count) {
    double share = (1.0 + count) / (1.0 + Math.min(count, events[slot]));
    return (float) (StrictMath.log(share) + 1);
  }

  List<StateArray> state(String name) {
    return List.of(
        touched.state(name + ".touched"), StateArray.of(name, events, Optional.of(touched)));
  }

  void forget() {
    Arrays.fill(events, 0);
    touched.forget();
  }
}
