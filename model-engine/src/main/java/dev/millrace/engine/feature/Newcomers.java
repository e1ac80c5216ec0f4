package dev.millrace.engine.feature;

import dev.millrace.engine.state.StateArray;
import dev.millrace.engine.state.TouchedBlocks;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Counts of texts that have no row yet, in bounded memory: each place counts one text, those that
 * share the place with it count against it, and who comes to a count of 0 takes it over (Boyer and
 * Moore, "MJRTY: a fast majority vote algorithm", 1991). So a count never is too high, and a text
 * that is more than half of what comes to its place is counted on.
 *
 * <pre>
 *   places[2·p] the key, places[2·p + 1] its count       16 bytes a place
 * </pre>
 */
final class Newcomers {
  static final int PLACES_MIN = 1 << 10;
  static final int PLACES_MAX = 1 << 16;

  private final long[] places;
  private final TouchedBlocks touched;

  /** Two places for each text that may be known, within 16 KiB and 1 MiB. */
  Newcomers(int texts) {
    long wanted = Math.max(PLACES_MIN, Math.min(PLACES_MAX, 2L * texts - 1));
    places = new long[2 * (int) Long.highestOneBit(wanted)];
    touched = new TouchedBlocks(places.length, Long.BYTES);
  }

  /** Counts a text, and says how often it has been counted. */
  long add(long key) {
    int at = at(key);
    touched.touch(at);
    if (places[at] == key) {
      return ++places[at + 1];
    }
    if (places[at + 1] > 0) {
      places[at + 1]--;
      return 0;
    }
    places[at] = key;
    places[at + 1] = 1;
    return 1;
  }

  /** Forgets a text that was counted. */
  void remove(long key) {
    int at = at(key);
    assert places[at] == key : "only what was counted gets a row";
    touched.touch(at);
    places[at] = 0;
    places[at + 1] = 0;
  }

  private int at(long key) {
    return 2 * (int) (Utf8Hash.mix(key) & places.length / 2 - 1);
  }

  List<StateArray> state(String name) {
    return List.of(
        touched.state(name + ".touched"), StateArray.of(name, places, Optional.of(touched)));
  }

  void forget() {
    Arrays.fill(places, 0);
    touched.forget();
  }
}
