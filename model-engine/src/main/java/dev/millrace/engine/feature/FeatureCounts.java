package dev.millrace.engine.feature;

import dev.millrace.engine.state.BlockReader;
import dev.millrace.engine.state.BlockWriter;
import dev.millrace.engine.state.StateArray;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What features had to do without, over all events: none of it stops anything, but each is worth
 * knowing of.
 */
public final class FeatureCounts {
  private static final int MISSING = 0;
  private static final int UNSEEN = 1;
  private static final int UNREADABLE = 2;
  private static final int CUT = 3;

  private static final String[] NAMES = {
    "missing_values", "unseen_categories", "unreadable_values", "cut_values"
  };
  private static final String KEY = "meta/features";

  private final long[] counts = new long[4];
  private final long[] stored = new long[4];

  FeatureCounts() {}

  void missing() {
    counts[MISSING]++;
  }

  void unseen() {
    counts[UNSEEN]++;
  }

  void add(EventRow event) {
    counts[UNREADABLE] += event.unreadable;
    counts[CUT] += event.cut;
  }

  /**
   * The counts by name, those that are not 0: {@code missing_values}, which were null, unreadable
   * or of a field that the event's schema lacks; {@code unseen_categories} that a vocabulary does
   * not have; {@code unreadable_values}, as of a date that is none; {@code cut_values} with more
   * entries than are taken.
   */
  public Map<String, Long> figures() {
    Map<String, Long> figures = new LinkedHashMap<>();
    for (int i = 0; i < counts.length; i++) {
      if (counts[i] > 0) {
        figures.put(NAMES[i], counts[i]);
      }
    }
    return figures;
  }

  /** Goes on from the counts of another model of the same events. */
  public void countOnFrom(FeatureCounts before) {
    System.arraycopy(before.counts, 0, counts, 0, counts.length);
  }

  /** Writes what changed since the last call; nothing as long as there was nothing to count. */
  public void writeChanged(BlockWriter writer) {
    if (!Arrays.equals(counts, stored)) {
      writeAll(writer);
      System.arraycopy(counts, 0, stored, 0, counts.length);
    }
  }

  /** Writes all there is. */
  public void writeAll(BlockWriter writer) {
    if (Arrays.stream(counts).anyMatch(count -> count > 0)) {
      writer.put(KEY, StateArray.of(KEY, counts).toBytes(0, counts.length));
    }
  }

  /** Takes what was written; where nothing was, there was nothing to count. */
  public void read(BlockReader reader) {
    byte[] bytes = reader.get(KEY);
    if (bytes == null) {
      Arrays.fill(counts, 0);
    } else {
      StateArray.of(KEY, counts).fromBytes(bytes, 0, counts.length);
    }
    System.arraycopy(counts, 0, stored, 0, counts.length);
  }
}
