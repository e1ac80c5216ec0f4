package dev.millrace.app.cli;

import java.util.EnumMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** What became of the dead letters that a replay came to, by their reason. */
final class ReplayTally {
  /** What becomes of one dead letter. */
  enum Verdict {
    /** It goes back onto the input. */
    REPLAYED,
    /** It was cut when it was written, so it cannot go back. */
    CUT,
    /** It was put back before, became a dead letter again, and is left. */
    FAILED_AGAIN,
    /** It has another reason than was asked for, and is left. */
    NOT_CHOSEN,
    /** It is no dead letter of the pipeline's input. */
    FOREIGN;

    /** The name in {@code -o json}: {@code failed_again}. */
    String label() {
      return name().toLowerCase(java.util.Locale.ROOT);
    }
  }

  private final SortedMap<String, Map<Verdict, Long>> byReason = new TreeMap<>();

  void count(String reason, Verdict verdict) {
    byReason
        .computeIfAbsent(reason, r -> new EnumMap<>(Verdict.class))
        .merge(verdict, 1L, Long::sum);
  }

  /** By reason, how many came to which verdict. */
  SortedMap<String, Map<Verdict, Long>> byReason() {
    return byReason;
  }

  long total(Verdict verdict) {
    return byReason.values().stream().mapToLong(counts -> counts.getOrDefault(verdict, 0L)).sum();
  }
}
