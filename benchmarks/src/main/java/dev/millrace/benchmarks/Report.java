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
  static void json(List<? extends Measurement> measurements, Machine machine, PrintWriter out) {
    for (Measurement measurement : measurements) {
      Map<String, Object> object = new LinkedHashMap<>();
      object.put("benchmark", measurement.benchmark());
      object.put("name", measurement.name());
      object.putAll(measurement.fields());
      object.putAll(machine.fields());
      try {
        out.println(JSON.writeValueAsString(object));
      } catch (JsonProcessingException e) {
        throw new IllegalStateException("a measurement is always JSON", e);
      }
    }
    out.flush();
  }

  /** The machine, before any table. */
  static void heading(Machine machine, PrintWriter out) {
    out.println(machine.text());
  }

  /** For people. */
  static void table(List<? extends Measurement> measurements, PrintWriter out) {
    for (Measurement measurement : measurements) {
      out.printf("%n%s: %s%n", measurement.benchmark(), measurement.name());
      measurement.print(out);
    }
    out.flush();
  }
}
