package dev.millrace.formats.onnx;

import dev.millrace.formats.Proto;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A graph that is being built: nodes in the order in which they compute, each giving one value.
 * Values are known by their names. Numbers of fields are those of {@code onnx.proto}.
 */
final class Graph {
  /** The operators' version; ONNX 1.13 and ONNX Runtime 1.14 have it. */
  private static final int OPSET = 18;

  private static final int OPSET_ML = 3;
  private static final int IR_VERSION = 8;
  private static final String ML = "ai.onnx.ml";
  private static final String ROWS = "N";

  private final Proto graph = new Proto();
  private final Map<String, Integer> names = new HashMap<>();
  private final Map<String, String> constants = new HashMap<>();
  private String scope = "";

  /** Names that follow begin with this. */
  void enter(String scope) {
    this.scope = scope.isEmpty() ? "" : scope + "/";
  }

  /** A value that the caller gives, [N, width]. */
  String input(String name, Element element, int width, String doc) {
    names.put(name, 1);
    graph.message(11, value(name, element, List.of(ROWS, width)).text(3, doc));
    return name;
  }

  /** Names a value as a result, [N, width], or [N] for a width of 0. */
  void output(String value, String name, Element element, int width, String doc) {
    names.put(name, 1);
    graph.message(
        1, new Proto().text(1, value).text(2, name).text(3, "output/" + name).text(4, "Identity"));
    List<Object> shape = width == 0 ? List.of(ROWS) : List.of(ROWS, width);
    graph.message(12, value(name, element, shape).text(3, doc));
  }

  private static Proto value(String name, Element element, List<Object> shape) {
    Proto dimensions = new Proto();
    for (Object size : shape) {
      dimensions.message(
          1,
          size instanceof Integer number
              ? new Proto().number(1, number)
              : new Proto().text(2, (String) size));
    }
    Proto tensor = new Proto().number(1, element.number).message(2, dimensions);
    return new Proto().text(1, name).message(2, new Proto().message(1, tensor));
  }

  /** A node of the standard operators, and the value it gives. */
  String node(String operator, List<String> inputs, Attribute... attributes) {
    return node("", operator, inputs, attributes);
  }

  String node(String operator, String input, Attribute... attributes) {
    return node(operator, List.of(input), attributes);
  }

  /** A node of the operators for classical models. */
  String mlNode(String operator, String input, Attribute... attributes) {
    return node(ML, operator, List.of(input), attributes);
  }

  private String node(
      String domain, String operator, List<String> inputs, Attribute... attributes) {
    String output = unique(scope + operator);
    Proto node = new Proto();
    inputs.forEach(input -> node.text(1, input));
    node.text(2, output).text(3, output).text(4, operator);
    for (Attribute attribute : attributes) {
      node.message(5, attribute.proto());
    }
    graph.message(1, domain.isEmpty() ? node : node.text(7, domain));
    return output;
  }

  private String unique(String name) {
    int number = names.merge(name, 1, Integer::sum);
    return number == 1 ? name : unique(name + "_" + number);
  }

  String cast(String value, Element to) {
    return node("Cast", value, Attribute.number("to", to.number));
  }

  String concat(List<String> values) {
    return values.size() == 1
        ? values.getFirst()
        : node("Concat", values, Attribute.number("axis", 1));
  }

  /** Sums over an axis, which goes unless kept. */
  String sum(String value, int axis, boolean keep) {
    return reduce("ReduceSum", value, axis, keep);
  }

  String reduce(String operator, String value, int axis, boolean keep) {
    return node(operator, List.of(value, longs(axis)), Attribute.number("keepdims", keep ? 1 : 0));
  }

  /** The sum of values of one shape; of one value itself. */
  String add(List<String> values) {
    String sum = values.getFirst();
    for (String value : values.subList(1, values.size())) {
      sum = node("Add", List.of(sum, value));
    }
    return sum;
  }

  /** A constant that is kept under a name of its own. */
  String tensor(String name, float[] values, int... shape) {
    ByteBuffer bytes = buffer(values.length * Float.BYTES);
    bytes.asFloatBuffer().put(values);
    return constant(name, Element.FLOAT, bytes, shape);
  }

  String tensor(String name, double[] values, int... shape) {
    ByteBuffer bytes = buffer(values.length * Double.BYTES);
    bytes.asDoubleBuffer().put(values);
    return constant(name, Element.DOUBLE, bytes, shape);
  }

  String tensor(String name, long[] values, int... shape) {
    ByteBuffer bytes = buffer(values.length * Long.BYTES);
    bytes.asLongBuffer().put(values);
    return constant(name, Element.INT64, bytes, shape);
  }

  String tensor(String name, List<String> texts) {
    Proto tensor = new Proto().number(1, texts.size()).number(2, Element.STRING.number);
    texts.forEach(text -> tensor.bytes(6, text.getBytes(StandardCharsets.UTF_8)));
    String unique = unique(scope + name);
    graph.message(5, tensor.text(8, unique));
    return unique;
  }

  private static ByteBuffer buffer(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private String constant(String name, Element element, ByteBuffer bytes, int... shape) {
    Proto tensor = new Proto();
    for (int size : shape) {
      tensor.number(1, size);
    }
    String unique = unique(scope + name);
    tensor.number(2, element.number).text(8, unique).bytes(9, bytes.array());
    graph.message(5, tensor);
    return unique;
  }

  /** One number, the same constant each time it is asked for. */
  String real(float value) {
    return constants.computeIfAbsent(
        "float " + value, key -> tensor("constant", new float[] {value}));
  }

  String real(double value) {
    return constants.computeIfAbsent(
        "double " + value, key -> tensor("constant", new double[] {value}));
  }

  String whole(long value) {
    return constants.computeIfAbsent(
        "long " + value, key -> tensor("constant", new long[] {value}));
  }

  /** A list of one number, as axes are stated. */
  String longs(long value) {
    return constants.computeIfAbsent(
        "longs " + value, key -> tensor("axes", new long[] {value}, 1));
  }

  /** The whole model. */
  byte[] model(String name, String doc, Map<String, String> properties) {
    graph.text(2, name);
    Proto model =
        new Proto()
            .number(1, IR_VERSION)
            .text(2, "millrace")
            .text(6, doc)
            .message(7, graph)
            .message(8, new Proto().text(1, "").number(2, OPSET))
            .message(8, new Proto().text(1, ML).number(2, OPSET_ML));
    properties.forEach((key, value) -> model.message(14, new Proto().text(1, key).text(2, value)));
    return model.toBytes();
  }
}
