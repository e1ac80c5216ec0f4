package dev.millrace.benchmarks;

import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The time of a step.
 *
 * @param batch rows a step
 * @param us microseconds a step, over samples, with the fifth percentile
 * @param figures single figures, by name with the unit last
 * @param version what ran
 * @param peers what others need for the same, by their names
 * @param absent why other peers were not measured, by their names
 */
public record Timing(
    String benchmark,
    String name,
    int batch,
    Spread us,
    Map<String, Double> figures,
    String version,
    Map<String, Peer> peers,
    Map<String, String> absent)
    implements Measurement {
  /**
   * A peer's time of a step.
   *
   * @param ratio its fifth percentile over ours: above 1 it is slower
   */
  public record Peer(Spread us, double ratio, String version) {
    private Map<String, Object> fields() {
      Map<String, Object> fields = times(us);
      fields.put("ratio", ratio);
      fields.put("version", version);
      return fields;
    }
  }

  @Override
  public Map<String, Object> fields() {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("batch", batch);
    fields.putAll(times(us));
    fields.putAll(figures);
    fields.put("version", version);
    Map<String, Object> others = new LinkedHashMap<>();
    peers.forEach((name, peer) -> others.put(name, peer.fields()));
    fields.put("peers", others);
    if (!absent.isEmpty()) {
      fields.put("absent", absent);
    }
    return fields;
  }

  private static Map<String, Object> times(Spread us) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("median_us", us.median());
    fields.put("p5_us", us.p5());
    fields.put("min_us", us.min());
    return fields;
  }

  @Override
  public void print(PrintWriter out) {
    out.printf("  %-32s %12d%n", "batch", batch);
    line("µs a step", us, "", out);
    figures.forEach((what, value) -> out.printf("  %-32s %12s%n", what, Measurement.text(value)));
    out.printf("  %-32s %s%n", "version", version);
    peers.forEach(
        (peer, time) -> {
          String more = ", %.2f times as long; %s".formatted(time.ratio(), time.version());
          line(peer + ", µs a step", time.us(), more, out);
        });
    absent.forEach((peer, why) -> out.printf("  %-32s absent: %s%n", peer, why));
  }

  private static void line(String what, Spread us, String more, PrintWriter out) {
    out.printf(
        "  %-32s %12s   (p5 %s, min %s%s)%n",
        what,
        Measurement.text(us.median()),
        Measurement.text(us.p5()),
        Measurement.text(us.min()),
        more);
  }
}
