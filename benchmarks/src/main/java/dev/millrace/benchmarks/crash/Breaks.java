package dev.millrace.benchmarks.crash;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * How an output differs from what it must be, record by record; all zero if it does not.
 *
 * @param records that must be there
 * @param lost of those, they are not there
 * @param duplicated records beyond the first of an id
 * @param outOfOrder first ones that come after one of a higher id
 * @param wrong first ones with another content, or of an id that there is not
 */
record Breaks(long records, long lost, long duplicated, long outOfOrder, long wrong) {
  static final Breaks NONE = new Breaks(0, 0, 0, 0, 0);

  /** Compares an output with what it must be. */
  static Breaks between(List<Entry> expected, List<Entry> actual) {
    Map<Long, Entry> byId = new HashMap<>();
    expected.forEach(entry -> byId.put(entry.id(), entry));
    Set<Long> seen = new HashSet<>();
    long last = Long.MIN_VALUE;
    long duplicated = 0;
    long outOfOrder = 0;
    long wrong = 0;
    for (Entry entry : actual) {
      if (!seen.add(entry.id())) {
        duplicated++;
        continue;
      }
      outOfOrder += entry.id() < last ? 1 : 0;
      last = Math.max(last, entry.id());
      wrong += entry.equals(byId.get(entry.id())) ? 0 : 1;
    }
    long lost = byId.keySet().stream().filter(id -> !seen.contains(id)).count();
    return new Breaks(expected.size(), lost, duplicated, outOfOrder, wrong);
  }

  Breaks plus(Breaks other) {
    return new Breaks(
        records + other.records,
        lost + other.lost,
        duplicated + other.duplicated,
        outOfOrder + other.outOfOrder,
        wrong + other.wrong);
  }

  /** How many in all. */
  long sum() {
    return lost + duplicated + outOfOrder + wrong;
  }
}
