package dev.millrace.app.eval;

import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.millrace.engine.Outcome;
import java.io.BufferedWriter;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What was said of each row, in a file: one line a prediction, with its row counted from 1, its
 * label and what was predicted, for classes the probability of each, and the bounds, attributions
 * and weights of experts that the pipeline asks for. Rows without a prediction have no line.
 */
public final class PredictionsFile implements Closeable {
  private final BufferedWriter out;
  private final boolean json;
  private final JsonMapper mapper = JsonMapper.builder().build();
  private boolean hasHeader;

  private PredictionsFile(BufferedWriter out, boolean json) {
    this.out = out;
    this.json = json;
  }

  /** Whether the name tells a format: {@code .csv} or {@code .jsonl}. */
  public static boolean takes(Path file) {
    return file.toString().endsWith(".csv") || isJson(file);
  }

  private static boolean isJson(Path file) {
    return file.toString().endsWith(".jsonl");
  }

  /** Writes the file anew. */
  public static PredictionsFile create(Path file) throws IOException {
    return new PredictionsFile(Files.newBufferedWriter(file), isJson(file));
  }

  void add(long row, Outcome outcome, List<String> classes) {
    try {
      if (json) {
        out.write(mapper.writeValueAsString(object(row, outcome, classes)));
        out.write('\n');
      } else {
        csv(row, outcome, classes);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Map<String, Object> object(long row, Outcome outcome, List<String> classes) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("row", row);
    object.put("label", label(outcome, classes));
    object.put("prediction", prediction(outcome, classes));
    if (!classes.isEmpty()) {
      Map<String, Float> probabilities = new LinkedHashMap<>();
      for (int k = 0; k < classes.size(); k++) {
        probabilities.put(classes.get(k), outcome.outputs[k]);
      }
      object.put("probabilities", probabilities);
    }
    bounds(outcome)
        .forEach((name, value) -> object.put(name, Double.isFinite(value) ? value : null));
    if (isAttributed(outcome)) {
      Map<String, Double> attributions = new LinkedHashMap<>();
      outcome.attributions.forEach(of -> attributions.put(of.feature(), of.value()));
      object.put("attributions", attributions);
      object.put("attribution_baseline", outcome.attributionBaseline);
    }
    if (!outcome.expertWeights.isEmpty()) {
      object.put("expert_weights", outcome.expertWeights);
    }
    return object;
  }

  private void csv(long row, Outcome outcome, List<String> classes) throws IOException {
    if (!hasHeader) {
      out.write("row,label,prediction");
      for (String name : classes) {
        out.write("," + quoted("p_" + name));
      }
      for (String name : bounds(outcome).keySet()) {
        out.write("," + name);
      }
      if (isAttributed(outcome)) {
        out.write(",attributions,attribution_baseline");
      }
      for (String name : outcome.expertWeights.keySet()) {
        out.write(",w_" + name);
      }
      out.write('\n');
      hasHeader = true;
    }
    Object label = label(outcome, classes);
    out.write(row + "," + (label == null ? "" : quoted(label.toString())));
    out.write("," + quoted(prediction(outcome, classes).toString()));
    for (int k = 0; k < classes.size(); k++) {
      out.write("," + outcome.outputs[k]);
    }
    for (double bound : bounds(outcome).values()) {
      out.write("," + (Double.isFinite(bound) ? bound : ""));
    }
    if (isAttributed(outcome)) {
      out.write("," + quoted(attributions(outcome)) + "," + outcome.attributionBaseline);
    }
    for (double weight : outcome.expertWeights.values()) {
      out.write("," + weight);
    }
    out.write('\n');
  }

  private static boolean isAttributed(Outcome outcome) {
    return !Double.isNaN(outcome.attributionBaseline);
  }

  /** In one cell: how many features there are differs from row to row. */
  private static String attributions(Outcome outcome) {
    return outcome.attributions.stream()
        .map(of -> of.feature() + "=" + of.value())
        .collect(Collectors.joining(";"));
  }

  /** Those that the pipeline asks for; one that is infinite is written as none. */
  private static Map<String, Double> bounds(Outcome outcome) {
    Map<String, Double> bounds = new LinkedHashMap<>();
    if (!Double.isNaN(outcome.lower)) {
      bounds.put("lower", outcome.lower);
      bounds.put("upper", outcome.upper);
    }
    if (!Double.isNaN(outcome.setProbabilityMin)) {
      bounds.put("set_probability_min", outcome.setProbabilityMin);
    }
    return bounds;
  }

  private static Object label(Outcome outcome, List<String> classes) {
    if (!outcome.labelled) {
      return null;
    }
    return classes.isEmpty() ? (Object) outcome.label : classes.get((int) outcome.label);
  }

  private static Object prediction(Outcome outcome, List<String> classes) {
    return classes.isEmpty()
        ? (Object) outcome.predictedValue
        : classes.get(outcome.predictedClass);
  }

  private static String quoted(String cell) {
    boolean plain = cell.chars().noneMatch(c -> c == ',' || c == '"' || c == '\n' || c == '\r');
    return plain ? cell : '"' + cell.replace("\"", "\"\"") + '"';
  }

  @Override
  public void close() throws IOException {
    out.close();
  }
}
