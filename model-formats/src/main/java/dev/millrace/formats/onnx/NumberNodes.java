package dev.millrace.formats.onnx;

import dev.millrace.engine.feature.FeatureKind;
import dev.millrace.engine.feature.FeatureSpace.Field;
import dev.millrace.engine.feature.FeatureSpec;
import dev.millrace.engine.feature.Featurizer;
import dev.millrace.formats.Statistics;
import dev.millrace.formats.Statistics.Column;
import dev.millrace.formats.onnx.Signals.Value;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * From numbers and vectors as events have them to the row that a network reads: all columns at
 * once, in double as the engine computes them.
 */
final class NumberNodes {
  private final Graph graph;
  private final FieldInputs inputs;
  private final Statistics statistics;
  private final int width;
  private final double[] mean;
  private final double[] deviation;
  private final double[] limit;
  private final float[] isLog;
  private final float[] isIndicator;

  NumberNodes(Graph graph, FieldInputs inputs, Statistics statistics, int width) {
    this.graph = graph;
    this.inputs = inputs;
    this.statistics = statistics;
    this.width = width;
    mean = new double[width];
    deviation = new double[width];
    limit = new double[width];
    isLog = new float[width];
    isIndicator = new float[width];
    Arrays.fill(deviation, 1);
    Arrays.fill(limit, Double.MAX_VALUE);
  }

  /** The values as they are completed, in double, and the row, in float; both [N, width]. */
  record Row(String completed, Value row) {}

  Row add(List<Field> fields) {
    List<String> columns = new ArrayList<>();
    for (int i = 0; i < fields.size(); i++) {
      FeatureSpec spec = fields.get(i).spec();
      if (!spec.kind().isCategory()) {
        columns.add(input(spec));
        prepare(i, fields.get(i));
      }
    }
    graph.enter("features");
    String values = completed(graph.concat(columns));
    String missing = graph.node("IsNaN", values);
    String rest = graph.node("Sub", List.of(values, row("mean", mean)));
    String scaled = graph.node("Div", List.of(rest, row("deviation", deviation)));
    String below = graph.node("Min", List.of(scaled, row("limit", limit)));
    String within = graph.node("Max", List.of(below, graph.node("Neg", row("limit", limit))));
    String known = graph.node("Where", List.of(missing, graph.real(0.0), within));
    Row row = new Row(values, new Value(graph.cast(known, Element.FLOAT), width));
    graph.enter("");
    return row;
  }

  private String input(FeatureSpec spec) {
    if (spec.kind() == FeatureKind.VECTOR) {
      String input = inputs.of(spec, Element.FLOAT, spec.size(), "NaN is missing");
      return graph.cast(input, Element.DOUBLE);
    }
    return inputs.of(spec, Element.DOUBLE, 1, "a number; NaN is missing");
  }

  private void prepare(int feature, Field field) {
    int column = field.column();
    for (Column of : statistics.of(feature)) {
      mean[column] = of.mean();
      deviation[column] = of.variance() > 0 ? Math.sqrt(of.variance()) : 1;
      limit[column] = of.variance() > 0 ? Featurizer.CLIP : 0; // constant so far: always 0
      column++;
    }
    isLog[field.column()] = field.spec().settings().log1p() ? 1 : 0;
    isIndicator[field.column()] = field.spec().settings().ofMissing() ? 1 : 0;
  }

  private String row(String name, double[] values) {
    return graph.tensor(name, values, 1, width);
  }

  /** What they are before they are standardised: 1 or 0 for missing, a logarithm. */
  private String completed(String raw) {
    String values = raw;
    if (any(isIndicator)) {
      String missing = graph.cast(graph.node("IsNaN", raw), Element.DOUBLE);
      values = graph.node("Where", List.of(mask(isIndicator), missing, values));
    }
    if (any(isLog)) {
      String magnitude = graph.node("Add", List.of(graph.node("Abs", values), graph.real(1.0)));
      String log = graph.node("Log", magnitude);
      String signed = graph.node("Mul", List.of(graph.node("Sign", values), log));
      values = graph.node("Where", List.of(mask(isLog), signed, values));
    }
    return values;
  }

  private static boolean any(float[] mask) {
    for (float of : mask) {
      if (of != 0) {
        return true;
      }
    }
    return false;
  }

  private String mask(float[] mask) {
    return graph.cast(graph.tensor("mask", mask, 1, width), Element.BOOL);
  }
}
