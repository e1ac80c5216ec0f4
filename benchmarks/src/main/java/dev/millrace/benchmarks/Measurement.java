package dev.millrace.benchmarks;

import java.io.PrintWriter;
import java.util.Map;

/** What came out of a benchmark for one contestant or one size. */
public interface Measurement {
  /** The benchmark's name. */
  String benchmark();

  /** What was measured, unique within the benchmark together with the other fields. */
  String name();

  /** Everything but the names, as a JSON object has it. */
  Map<String, Object> fields();

  /** Everything but the names, for people. */
  void print(PrintWriter out);

  /** A figure with as many digits as it deserves. */
  static String text(double value) {
    return Math.abs(value) >= 1_000 ? "%,.0f".formatted(value) : "%.2f".formatted(value);
  }
}
