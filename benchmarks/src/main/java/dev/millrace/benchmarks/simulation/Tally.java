package dev.millrace.benchmarks.simulation;

import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** Many histories summed up. */
final class Tally {
  private final Map<Occurrence, Long> counts = new EnumMap<>(Occurrence.class);
  private long histories;
  private long failures;
  private long events;

  Tally() {
    for (Occurrence occurrence : Occurrence.values()) {
      counts.put(occurrence, 0L);
    }
  }

  void add(Simulation.Result result) {
    histories++;
    failures += result.problem().isPresent() ? 1 : 0;
    events += result.events();
    result.counts().forEach((occurrence, count) -> counts.merge(occurrence, count, Long::sum));
  }

  long failures() {
    return failures;
  }

  /** How often each thing happened, in all. */
  Map<Occurrence, Long> counts() {
    return counts;
  }

  String table(double seconds) {
    String happened =
        counts.entrySet().stream()
            .map(count -> "%12d  %s%n".formatted(count.getValue(), count.getKey().what))
            .collect(Collectors.joining());
    return String.format(
        Locale.ROOT,
        "%s%d histories of %d events in %.1f s: %d failed",
        happened,
        histories,
        events,
        seconds,
        failures);
  }

  String json(double seconds) {
    String happened =
        counts.entrySet().stream()
            .map(count -> "\"%s\":%d".formatted(name(count.getKey()), count.getValue()))
            .collect(Collectors.joining(","));
    return String.format(
        Locale.ROOT,
        "{\"histories\":%d,\"events\":%d,\"failures\":%d,\"seconds\":%.1f,\"happened\":{%s}}",
        histories,
        events,
        failures,
        seconds,
        happened);
  }

  private static String name(Occurrence occurrence) {
    return occurrence.name().toLowerCase(Locale.ROOT);
  }
}
