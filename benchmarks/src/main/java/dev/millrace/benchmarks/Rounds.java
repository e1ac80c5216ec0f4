package dev.millrace.benchmarks;

import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What came out for one contestant over rounds.
 *
 * @param spreads figures that differ from round to round, by name with the unit last
 * @param figures single figures, by name with the unit last
 * @param profile shares of a profiled round in percent, by what is shared out; empty if there was
 *     no such round
 */
public record Rounds(
    String benchmark,
    String name,
    Map<String, Spread> spreads,
    Map<String, Double> figures,
    Map<String, Map<String, Double>> profile)
    implements Measurement {
  @Override
  public Map<String, Object> fields() {
    Map<String, Object> fields = new LinkedHashMap<>(spreads);
    fields.putAll(figures);
    fields.putAll(profile);
    return fields;
  }

  @Override
  public void print(PrintWriter out) {
    spreads.forEach(
        (what, spread) ->
            out.printf(
                "  %-32s %12s   (min %s, max %s)%n",
                what,
                Measurement.text(spread.median()),
                Measurement.text(spread.min()),
                Measurement.text(spread.max())));
    figures.forEach((what, value) -> out.printf("  %-32s %12s%n", what, Measurement.text(value)));
    profile.forEach((what, shares) -> shares(what, shares, out));
  }

  private static void shares(String what, Map<String, Double> shares, PrintWriter out) {
    out.printf("  %s%n", what);
    shares.forEach((part, percent) -> out.printf("    %-44s %6.1f %%%n", part, percent));
  }
}
