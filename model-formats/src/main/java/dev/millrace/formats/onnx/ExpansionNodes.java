package dev.millrace.formats.onnx;

import dev.millrace.engine.feature.ExpansionSpec;
import dev.millrace.engine.feature.FeatureKind;
import dev.millrace.engine.feature.FeatureSpace;
import dev.millrace.engine.feature.FeatureSpace.Field;
import dev.millrace.formats.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * The two fields that an {@link ExpansionSpec} states, as nodes: the basis of each number, and
 * crosses of pairs by the same hash that the engine has. All numbers are taken at once, [N,
 * numbers], and all pairs, [N, pairs].
 */
final class ExpansionNodes {
  private static final int DECILES = 10;
  private static final long MISSING = -1;
  private static final long FIRST_DECILE = -991;
  private static final long PAIR = 0x9E3779B97F4A7C15L;
  private static final int VALUE_AXIS = 2;

  private final Graph graph;
  private final ExpansionSpec spec;
  private final FeatureSpace space;
  private final List<Field> numbers;
  private final List<Field> categories;
  private final double[] values;
  private final long[] known;
  private final Map<String, String> keys;

  /**
   * Nodes of an expansion.
   *
   * @param keys {@link CategoryNodes#keys}
   */
  ExpansionNodes(
      Graph graph,
      ExpansionSpec spec,
      FeatureSpace space,
      Tensors tensors,
      Map<String, String> keys) {
    this.graph = graph;
    this.spec = spec;
    this.space = space;
    numbers = space.crossed().stream().filter(f -> f.spec().kind() == FeatureKind.NUMERIC).toList();
    categories =
        space.crossed().stream().filter(f -> f.spec().kind() != FeatureKind.NUMERIC).toList();
    values = tensors.doubles("feat/expansion.values");
    known = tensors.longs("feat/expansion.known");
    this.keys = keys;
  }

  /**
   * Adds what there is of the two to the fields.
   *
   * @param row of numbers; null if there are none
   */
  void add(NumberNodes.Row row, Map<String, Signals.Field> fields) {
    graph.enter("expansion");
    List<String> codes = new ArrayList<>();
    if (!numbers.isEmpty()) {
      codes.add(addBasis(row, fields));
    }
    List<int[]> pairs = space.pairs();
    if (!pairs.isEmpty()) {
      for (Field category : categories) {
        codes.add(code(category, fields));
      }
      String crosses = crosses(graph.concat(codes), pairs);
      fields.put(FeatureSpace.CROSSES, new Signals.Field(crosses, null, spec.buckets()));
    }
    graph.enter("");
  }

  /** What crosses know a category by: its index among all, but a growing text by its key. */
  private String code(Field category, Map<String, Signals.Field> fields) {
    String name = category.spec().name();
    return category.spec().kind() == FeatureKind.GROWING
        ? keys.get(name)
        : graph.node("Add", List.of(fields.get(name).indices(), graph.whole(category.column())));
  }

  /** Adds the basis, and returns what crosses know the numbers by. */
  private String addBasis(NumberNodes.Row row, Map<String, Signals.Field> fields) {
    String columns = graph.tensor("columns", columns(), numbers.size());
    String z = gather(row.row().name(), columns);
    String value = gather(row.completed(), columns);
    String missing = graph.node("IsNaN", value);
    String share = normalCdf(z);
    String match = graph.node("Equal", List.of(unsqueezed(value), knownValues()));
    String matches = graph.cast(match, Element.FLOAT); // [N, numbers, values]
    String isKnown = graph.sum(matches, VALUE_AXIS, false);
    String places = graph.node("Mul", List.of(matches, range()));
    String place = graph.cast(graph.sum(places, VALUE_AXIS, false), Element.INT64);
    basis(share, missing, isKnown, place, fields);
    return codes(share, missing, isKnown, place);
  }

  private void basis(
      String share,
      String missing,
      String isKnown,
      String place,
      Map<String, Signals.Field> fields) {
    String u = graph.node("Mul", List.of(share, graph.real(spec.knots() - 1f)));
    String below = graph.node("Min", List.of(floor(u), graph.real(spec.knots() - 2f)));
    String part = graph.node("Sub", List.of(u, below));
    String knot = graph.node("Add", List.of(graph.cast(below, Element.INT64), bases(0)));
    String isMissing = graph.cast(missing, Element.FLOAT);
    String there = graph.node("Sub", List.of(graph.real(1f), isMissing));
    String rest = graph.node("Sub", List.of(there, part));
    String nothing = graph.node("Mul", List.of(place, graph.whole(0)));
    int ofMissing = spec.knots() + spec.values();
    String indices =
        graph.concat(
            List.of(
                knot,
                graph.node("Add", List.of(knot, graph.whole(1))),
                graph.node("Add", List.of(place, bases(spec.knots()))),
                graph.node("Add", List.of(nothing, bases(ofMissing)))));
    String weights =
        graph.concat(
            List.of(
                graph.node("Mul", List.of(rest, there)),
                graph.node("Mul", List.of(part, there)),
                isKnown,
                isMissing));
    fields.put(
        FeatureSpace.BASIS,
        new Signals.Field(indices, weights, space.categories().get(FeatureSpace.BASIS)));
  }

  private String codes(String share, String missing, String isKnown, String place) {
    String exact = graph.tensor("exact", exact(), 1, numbers.size());
    String isExact = graph.cast(graph.node("Mul", List.of(isKnown, exact)), Element.BOOL);
    String tenth = floor(graph.node("Mul", List.of(share, graph.real((float) DECILES))));
    String decile = graph.node("Min", List.of(tenth, graph.real(DECILES - 1f)));
    String of =
        graph.node("Sub", List.of(graph.whole(FIRST_DECILE), graph.cast(decile, Element.INT64)));
    String code = graph.node("Where", List.of(isExact, place, of));
    return graph.node("Where", List.of(missing, graph.whole(MISSING), code));
  }

  private String floor(String value) {
    return graph.node("Floor", value);
  }

  private String gather(String values, String columns) {
    return graph.node("Gather", List.of(values, columns), Attribute.number("axis", 1));
  }

  private String unsqueezed(String value) {
    return graph.node("Unsqueeze", List.of(value, graph.longs(VALUE_AXIS)));
  }

  /** Φ(z). */
  private String normalCdf(String z) {
    String scaled = graph.node("Mul", List.of(z, graph.real((float) Math.sqrt(0.5))));
    String twice = graph.node("Add", List.of(graph.node("Erf", scaled), graph.real(1f)));
    return graph.node("Mul", List.of(twice, graph.real(0.5f)));
  }

  private long[] columns() {
    return numbers.stream().mapToLong(Field::column).toArray();
  }

  private String bases(int within) {
    long[] bases = new long[numbers.size()];
    int size = space.categories().get(FeatureSpace.BASIS) / numbers.size();
    Arrays.setAll(bases, i -> (long) i * size + within);
    return graph.tensor("bases", bases, 1, bases.length);
  }

  /** The known values of each number, [1, numbers, values]; NaN, which equals nothing, behind. */
  private String knownValues() {
    int width = Math.max(1, spec.values());
    double[] table = new double[numbers.size() * width];
    Arrays.fill(table, Double.NaN);
    for (int i = 0; i < numbers.size(); i++) {
      int count = (int) Math.min(known[i], spec.values());
      System.arraycopy(values, i * spec.values(), table, i * width, count);
    }
    return graph.tensor("values", table, 1, numbers.size(), width);
  }

  private String range() {
    float[] range = new float[Math.max(1, spec.values())];
    for (int i = 0; i < range.length; i++) {
      range[i] = i;
    }
    return graph.tensor("places", range, range.length);
  }

  private float[] exact() {
    float[] exact = new float[numbers.size()];
    for (int i = 0; i < exact.length; i++) {
      exact[i] = known[i] <= ExpansionSpec.EXACT_MAX ? 1 : 0;
    }
    return exact;
  }

  /** The bucket of each pair. */
  private String crosses(String codes, List<int[]> pairs) {
    long[] first = pairs.stream().mapToLong(pair -> pair[0]).toArray();
    long[] second = pairs.stream().mapToLong(pair -> pair[1]).toArray();
    long[] salts = new long[pairs.size()];
    Arrays.setAll(salts, p -> PAIR * (2L * p + 1));
    String salt = graph.tensor("salts", salts, 1, salts.length);
    String one = gather(codes, graph.tensor("first", first, first.length));
    String hash = mix(graph.node("Add", List.of(one, salt)));
    String other = gather(codes, graph.tensor("second", second, second.length));
    String both = mix(graph.node("Add", List.of(hash, other)));
    return shifted(both, Long.SIZE - Integer.numberOfTrailingZeros(spec.buckets()));
  }

  /** The finaliser of the engine's hash; whole numbers are multiplied modulo 2^64. */
  private String mix(String z) {
    String a = times(xor(z, shifted(z, 30)), 0xBF58476D1CE4E5B9L);
    String b = times(xor(a, shifted(a, 27)), 0x94D049BB133111EBL);
    return xor(b, shifted(b, 31));
  }

  private String times(String z, long factor) {
    return graph.node("Mul", List.of(z, graph.whole(factor)));
  }

  private String xor(String one, String other) {
    return graph.node("BitwiseXor", List.of(one, other));
  }

  /** z >>> bits. */
  private String shifted(String z, int bits) {
    String by = graph.cast(graph.whole(bits), Element.UINT64);
    String shifted =
        graph.node(
            "BitShift",
            List.of(graph.cast(z, Element.UINT64), by),
            Attribute.text("direction", "RIGHT"));
    return graph.cast(shifted, Element.INT64);
  }
}
