package dev.millrace.formats.onnx;

import dev.millrace.engine.feature.FeatureSpec;
import dev.millrace.engine.feature.GrowingVocabulary;
import dev.millrace.formats.Statistics.Column;
import dev.millrace.formats.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;

/** From fields as events have them to the index of their category within the field, [N, 1]. */
final class CategoryNodes {
  /** How a text that is missing is said; a vocabulary that has it cannot say so. */
  private static final String MISSING_TEXT = "";

  private static final long MISSING = -1;

  /** The deciles of a standard normal distribution, which the engine takes numbers by. */
  private static final double[] DECILES = {
    -1.2815515655446004,
    -0.8416212335729143,
    -0.5244005127080407,
    -0.2533471031357997,
    0,
    0.2533471031357997,
    0.5244005127080407,
    0.8416212335729143,
    1.2815515655446004
  };

  private final Graph graph;
  private final FieldInputs inputs;
  private final Tensors tensors;
  private final Map<String, String> keys = new HashMap<>();

  CategoryNodes(Graph graph, FieldInputs inputs, Tensors tensors) {
    this.graph = graph;
    this.inputs = inputs;
    this.tensors = tensors;
  }

  /** The index of a feature's category. */
  String add(FeatureSpec spec, List<Column> statistics) {
    return switch (spec.kind()) {
      case ONE_HOT -> oneHot(spec);
      case HASHED -> hashed(spec);
      case GROWING -> growing(spec);
      case DISCRETIZED -> range(spec, statistics);
      case NUMERIC, VECTOR, TEXT, BAG, CROSS -> throw new AssertionError(spec.kind());
    };
  }

  private String oneHot(FeatureSpec spec) {
    String input = inputs.of(spec, Element.STRING, 1, "a text; empty is missing");
    List<String> keys = new ArrayList<>(spec.categories());
    long[] values = LongStream.range(0, keys.size() + 1).toArray();
    if (keys.contains(MISSING_TEXT)) {
      values = Arrays.copyOf(values, keys.size());
    } else {
      keys.add(MISSING_TEXT);
      values[keys.size() - 1] = spec.size() - 1;
    }
    graph.enter(spec.name());
    return graph.mlNode(
        "LabelEncoder",
        input,
        Attribute.texts("keys_strings", keys),
        Attribute.numbers("values_int64s", values),
        Attribute.number("default_int64", spec.texts()));
  }

  private String hashed(FeatureSpec spec) {
    String doc = "the bucket of the text's hash, 0 to %d; -1 is missing".formatted(spec.size() - 1);
    String input = inputs.of(spec, Element.INT64, 1, doc);
    graph.enter(spec.name());
    return graph.node("Max", List.of(input, graph.whole(0)));
  }

  /** By growing feature that was added: the input that says the key of its text, [N, 1]. */
  Map<String, String> keys() {
    return keys;
  }

  /** The model knows texts by their hashes alone, and rows between them may be free. */
  private String growing(FeatureSpec spec) {
    String input = inputs.of(spec, Element.INT64, 1, "the hash of the text's UTF-8; -1 is missing");
    keys.put(spec.name(), input);
    long[] keyOf = tensors.longs("feat/" + spec.name() + ".keys");
    long[] taken =
        LongStream.range(0, keyOf.length)
            .filter(row -> keyOf[(int) row] != GrowingVocabulary.FREE)
            .toArray();
    LongStream known = LongStream.of(taken).map(row -> keyOf[(int) row]);
    LongStream rows = LongStream.of(taken);
    graph.enter(spec.name());
    return graph.mlNode(
        "LabelEncoder",
        input,
        Attribute.numbers("keys_int64s", with(known, MISSING)),
        Attribute.numbers("values_int64s", with(rows, spec.texts() + 1)),
        Attribute.number("default_int64", spec.texts()));
  }

  private static long[] with(LongStream values, long last) {
    return LongStream.concat(values, LongStream.of(last)).toArray();
  }

  /** How many bounds are at most the value. */
  private String range(FeatureSpec spec, List<Column> statistics) {
    String input = inputs.of(spec, Element.DOUBLE, 1, "a number; NaN is missing");
    graph.enter(spec.name());
    double[] bounds =
        statistics.isEmpty()
            ? spec.settings().bounds().stream().mapToDouble(Double::doubleValue).toArray()
            : bounds(statistics.getFirst());
    String row = graph.tensor("bounds", bounds, 1, bounds.length);
    String reached = graph.node("GreaterOrEqual", List.of(input, row));
    String range = graph.sum(graph.cast(reached, Element.INT64), 1, true);
    String missing = graph.node("IsNaN", input);
    return graph.node("Where", List.of(missing, graph.whole(spec.size() - 1), range));
  }

  /** The deciles on the scale of the number; of one that has been constant all is the middle. */
  private static double[] bounds(Column column) {
    double deviation = Math.sqrt(column.variance());
    return Arrays.stream(DECILES)
        .map(decile -> column.variance() > 0 ? column.mean() + decile * deviation : middle(decile))
        .toArray();
  }

  private static double middle(double decile) {
    return decile <= 0 ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
  }
}
