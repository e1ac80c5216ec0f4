package dev.millrace.benchmarks.measure;

import java.util.Arrays;
import java.util.Map;
import java.util.StringJoiner;
import java.util.TreeMap;

/**
 * What a {@link Sampler} found. It passes to another process as one line, cells of {@code
 * name=value} with tabs between.
 *
 * @param us microseconds a step, one for each sample
 * @param bytesPerStep what a step allocates on the Java heap; NaN where nobody counted
 * @param facts what the subject says of itself
 */
public record Samples(double[] us, double bytesPerStep, Map<String, String> facts) {
  private static final String US = "us";
  private static final String BYTES = "bytes_per_step";

  /** The samples that {@link #line} wrote. */
  public static Samples parse(String line) {
    Map<String, String> cells = new TreeMap<>();
    for (String cell : line.split("\t")) {
      int equals = cell.indexOf('=');
      if (equals < 0) {
        throw new IllegalArgumentException("a cell is name=value, cell=" + cell);
      }
      cells.put(cell.substring(0, equals), cell.substring(equals + 1));
    }
    if (!cells.containsKey(US)) {
      throw new IllegalArgumentException("there are no samples, names=" + cells.keySet());
    }
    double[] us = Arrays.stream(cells.remove(US).split(" ")).mapToDouble(Double::valueOf).toArray();
    String bytes = cells.remove(BYTES);
    return new Samples(us, bytes == null ? Double.NaN : Double.parseDouble(bytes), cells);
  }

  /** These samples as a line. */
  public String line() {
    StringJoiner line = new StringJoiner("\t");
    StringJoiner numbers = new StringJoiner(" ");
    for (double one : us) {
      numbers.add(Double.toString(one));
    }
    line.add(US + "=" + numbers);
    if (!Double.isNaN(bytesPerStep)) {
      line.add(BYTES + "=" + bytesPerStep);
    }
    facts.forEach((name, value) -> line.add(name + "=" + value.replaceAll("\\s+", " ")));
    return line.toString();
  }
}
