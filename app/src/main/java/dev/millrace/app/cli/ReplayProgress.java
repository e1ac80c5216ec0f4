package dev.millrace.app.cli;

import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;

/**
 * How far the dead letters of one partition have been put back, as an offset that Kafka can commit.
 *
 * <p>A run may choose letters of one reason and leave the others. So letters are told apart by
 * kind; everything before {@code base} is done, and of some kinds everything before a later offset,
 * which is kept in the text that Kafka commits with an offset: {@code empty=17 truncated=120}.
 *
 * @param base the first letter that may be waiting
 * @param ahead by kind, the first letter of it that may be waiting; only where that is after base
 */
record ReplayProgress(long base, SortedMap<String, Long> ahead) {
  static ReplayProgress at(long base) {
    return new ReplayProgress(base, new TreeMap<>());
  }

  /** Reads what {@link #toOffset} made. */
  static ReplayProgress of(OffsetAndMetadata committed) {
    SortedMap<String, Long> ahead = new TreeMap<>();
    for (String entry : committed.metadata().strip().split(" +")) {
      int equals = entry.indexOf('=');
      if (equals > 0) {
        ahead.put(entry.substring(0, equals), Long.parseLong(entry.substring(equals + 1)));
      }
    }
    return new ReplayProgress(committed.offset(), ahead);
  }

  OffsetAndMetadata toOffset() {
    StringBuilder text = new StringBuilder();
    ahead.forEach(
        (kind, offset) ->
            text.append(text.isEmpty() ? "" : " ").append(kind).append('=').append(offset));
    return new OffsetAndMetadata(base, text.toString());
  }

  boolean isDone(String kind, long offset) {
    return offset < base || offset < ahead.getOrDefault(kind, base);
  }

  /** One run over the letters from {@code base} on, in their order. */
  static final class Run {
    private final ReplayProgress before;
    private final SortedMap<String, Long> chosen = new TreeMap<>();
    private long firstLeft = Long.MAX_VALUE;

    Run(ReplayProgress before) {
      this.before = before;
    }

    boolean isDone(String kind, long offset) {
      return before.isDone(kind, offset);
    }

    /** A letter was dealt with, as every one of its kind in this run is. */
    void done(String kind) {
      chosen.put(kind, 0L);
    }

    /** A letter is left to another run. */
    void left(long offset) {
      firstLeft = Math.min(firstLeft, offset);
    }

    /**
     * How far it is now.
     *
     * @param next the first letter that this run has not come to
     */
    ReplayProgress until(long next) {
      long base = Math.min(firstLeft, next);
      SortedMap<String, Long> ahead = new TreeMap<>(before.ahead);
      chosen.replaceAll((kind, offset) -> next);
      for (Map.Entry<String, Long> kind : chosen.entrySet()) {
        ahead.merge(kind.getKey(), kind.getValue(), Math::max);
      }
      ahead.values().removeIf(offset -> offset <= base);
      return new ReplayProgress(base, ahead);
    }
  }
}
