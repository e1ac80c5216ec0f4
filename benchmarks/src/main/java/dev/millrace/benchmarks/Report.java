package dev.millrace.benchmarks;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Measurements as people or programs read them. */
final class Report {
  private static final JsonMapper JSON = new JsonMapper();

  private Report() {}

  /** One object a line. */
  static void json(List<Measurement> measurements, Machine machine, PrintWriter out) {
    for (Measurement measurement : measurements) {
      Map<String, Object> object = new LinkedHashMap<>();
      object.put("benchmark", measurement.benchmark());
      object.put("name", measurement.name());
      object.putAll(measurement.spreads());
      object.putAll(measurement.figures());
      object.putAll(measurement.profile());
      object.put("cpu", machine.cpu());
      object.put("cores", machine.cores());
      object.put("jdk", machine.jdk());
      try {
        out.println(JSON.writeValueAsString(object));
      } catch (JsonProcessingException e) {
        throw new IllegalStateException("a measurement is always JSON", e);
      }
    }
  }

  static void table(List<Measurement> measurements, Machine machine, PrintWriter out) {
    out.printf("%s, %d cores, %s%n", machine.cpu(), machine.cores(), machine.jdk());
    for (Measurement measurement : measurements) {
      out.printf("%n%s: %s%n", measurement.benchmark(), measurement.name());
      measurement.spreads().forEach((name, spread) -> spread(name, spread, out));
      measurement
          .figures()
          .forEach((name, value) -> out.printf("  %-32s %12s%n", name, text(value)));
      measurement.profile().forEach((name, shares) -> shares(name, shares, out));
    }
  }

  private static void spread(String name, Spread spread, PrintWriter out) {
    String p5 = spread.p5() == null ? "" : ", p5 " + text(spread.p5());
    out.printf(
        "  %-32s %12s   (min %s, max %s%s)%n",
        name, text(spread.median()), text(spread.min()), text(spread.max()), p5);
  }

  private static void shares(String name, Map<String, Double> shares, PrintWriter out) {
    out.printf("  %s%n", name);
    shares.forEach((what, percent) -> out.printf("    %-44s %6.1f %%%n", what, percent));
  }

  private static String text(double value) {
    return Math.abs(value) >= 1_000 ? "%,.0f".formatted(value) : "%.2f".formatted(value);
  }
}
