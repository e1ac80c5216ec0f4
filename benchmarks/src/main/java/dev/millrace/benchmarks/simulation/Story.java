package dev.millrace.benchmarks.simulation;

import java.util.EnumMap;
import java.util.Map;
import java.util.function.Consumer;

/** What happens in a history, counted, and told if somebody listens. */
final class Story {
  private final Map<Occurrence, Long> counts = new EnumMap<>(Occurrence.class);
  private final Consumer<String> listener; // null if nobody listens

  Story(Consumer<String> listener) {
    this.listener = listener;
  }

  void tell(Occurrence what, String format, Object... arguments) {
    count(what);
    if (listener != null) {
      listener.accept(what.what + ": " + format.formatted(arguments));
    }
  }

  void tell(String format, Object... arguments) {
    if (listener != null) {
      listener.accept(format.formatted(arguments));
    }
  }

  void count(Occurrence what) {
    counts.merge(what, 1L, Long::sum);
  }

  Map<Occurrence, Long> counts() {
    return counts;
  }
}
