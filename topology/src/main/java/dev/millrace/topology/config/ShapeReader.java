package dev.millrace.topology.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/** Checks a YAML node against a {@link Shape}; whatever differs goes to the {@link Problems}. */
final class ShapeReader {
  private final Problems problems;

  ShapeReader(Problems problems) {
    this.problems = problems;
  }

  /**
   * @param what the value's name in a message, such as {@code batch}
   */
  Value read(String what, Node node, Shape named) {
    Shape shape = named.bare();
    Object content =
        switch (shape) {
          case Shape.OneOf oneOf -> oneOf(what, node, oneOf);
          case Shape.MapOf map -> map(what, node, map);
          case Shape.Settings settings -> settings(what, node, settings);
          case Shape.Entries entries -> entries(what, node, entries);
          case Shape.ListOf list -> list(what, node, list);
          default -> scalar(what, node, shape, shape);
        };
    return new Value(node, content);
  }

  private Object oneOf(String what, Node node, Shape.OneOf oneOf) {
    for (Shape named : oneOf.shapes()) {
      Shape shape = named.bare();
      boolean fits =
          switch (shape) {
            case Shape.MapOf map -> node instanceof MappingNode;
            case Shape.Settings settings -> node instanceof MappingNode;
            case Shape.Entries entries -> node instanceof MappingNode;
            case Shape.ListOf list -> node instanceof SequenceNode;
            case Shape.Word word ->
                node instanceof ScalarNode scalar && word.words().contains(scalar.getValue());
            default -> node instanceof ScalarNode;
          };
      if (fits) {
        return shape instanceof Shape.MapOf
                || shape instanceof Shape.ListOf
                || shape instanceof Shape.Settings
                || shape instanceof Shape.Entries
            ? read(what, node, shape).content()
            : scalar(what, node, shape, oneOf);
      }
    }
    return wrong(what, node, oneOf);
  }

  private Object scalar(String what, Node node, Shape shape, Shape told) {
    if (!(node instanceof ScalarNode scalar) || scalar.getTag().equals(Tag.NULL)) {
      return wrong(what, node, told);
    }
    String text = scalar.getValue();
    Object content =
        switch (shape) {
          case Shape.Text t -> text.matches(t.pattern()) ? text : null;
          case Shape.Word word -> word.words().contains(text) ? text : null;
          case Shape.Flag flag ->
              text.equals("true") || text.equals("false") ? Boolean.valueOf(text) : null;
          case Shape.Whole whole -> whole(text, whole);
          case Shape.Decimal decimal -> decimal(text, decimal);
          default -> throw new IllegalArgumentException("no scalar, shape=" + shape);
        };
    return content == null ? wrong(what, node, told) : content;
  }

  private static Long whole(String text, Shape.Whole whole) {
    if (!text.matches("[+-]?[0-9]{1,19}")) {
      return null;
    }
    try {
      long value = Long.parseLong(text);
      return value >= whole.min() && value <= whole.max() ? value : null;
    } catch (NumberFormatException beyondLong) {
      return null;
    }
  }

  private static Double decimal(String text, Shape.Decimal decimal) {
    if (!text.matches("[+-]?([0-9]+\\.?[0-9]*|\\.[0-9]+)([eE][+-]?[0-9]+)?")) {
      return null;
    }
    double value = Double.parseDouble(text);
    return decimal.valid().test(value) ? value : null;
  }

  private Object list(String what, Node node, Shape.ListOf shape) {
    if (!(node instanceof SequenceNode sequence)) {
      return wrong(what, node, shape);
    }
    if (sequence.getValue().size() < shape.sizeMin()) {
      problems.add(
          node,
          what
              + (sequence.getValue().isEmpty() ? " is an empty list" : " is too short")
              + "; expected "
              + shape.expected());
      return null;
    }
    List<Value> elements = new ArrayList<>();
    for (Node element : sequence.getValue()) {
      elements.add(read("an element of " + what, element, shape.element()));
    }
    return elements;
  }

  private Object map(String what, Node node, Shape.MapOf shape) {
    if (!(node instanceof MappingNode mapping)) {
      return wrong(what, node, shape);
    }
    Map<String, Value> content = new LinkedHashMap<>();
    for (Map.Entry<String, NodeTuple> entry : tuples(what, mapping).entrySet()) {
      String key = entry.getKey();
      var option = shape.options().stream().filter(o -> o.name().equals(key)).findFirst();
      if (option.isEmpty()) {
        problems.addWord(
            entry.getValue().getKeyNode(),
            "unknown key '" + key + "' in " + what,
            key,
            String.join(", ", shape.names()),
            shape.names());
      } else {
        Node valueNode = entry.getValue().getValueNode();
        content.put(key, read(path(what, key), valueNode, option.get().shape()));
      }
    }
    requireKeys(what, mapping, shape, content);
    return content;
  }

  private void requireKeys(
      String what, MappingNode mapping, Shape.MapOf shape, Map<String, Value> content) {
    if (shape.exactlyOne() && mapping.getValue().size() != 1) {
      problems.add(
          mapping,
          what + " has " + mapping.getValue().size() + " keys; expected " + shape.expected());
    }
    for (Option option : shape.options()) {
      if (option.required() && !content.containsKey(option.name())) {
        problems.add(
            mapping,
            path(what, option.name()) + " is missing; expected " + option.shape().expected());
      }
    }
  }

  private Object entries(String what, Node node, Shape.Entries shape) {
    if (!(node instanceof MappingNode mapping)) {
      return wrong(what, node, shape);
    }
    Map<String, Value> content = new LinkedHashMap<>();
    tuples(what, mapping)
        .forEach(
            (key, tuple) ->
                content.put(key, read(path(what, key), tuple.getValueNode(), shape.value())));
    return content;
  }

  private Object settings(String what, Node node, Shape.Settings shape) {
    if (!(node instanceof MappingNode mapping)) {
      return wrong(what, node, shape);
    }
    Map<String, Value> content = new LinkedHashMap<>();
    tuples(what, mapping)
        .forEach(
            (key, tuple) -> {
              if (tuple.getValueNode() instanceof ScalarNode scalar) {
                content.put(key, new Value(scalar, scalar.getValue()));
              } else {
                problems.add(
                    tuple.getValueNode(),
                    path(what, key)
                        + " is "
                        + kind(tuple.getValueNode())
                        + "; expected a text, a number or true or false");
              }
            });
    return content;
  }

  private Map<String, NodeTuple> tuples(String what, MappingNode mapping) {
    Map<String, NodeTuple> tuples = new LinkedHashMap<>();
    for (NodeTuple tuple : mapping.getValue()) {
      Node keyNode = tuple.getKeyNode();
      if (!(keyNode instanceof ScalarNode scalar)) {
        problems.add(keyNode, "a key of " + what + " is " + kind(keyNode) + "; expected a name");
        continue;
      }
      NodeTuple first = tuples.putIfAbsent(scalar.getValue(), tuple);
      if (first != null) {
        int line = first.getKeyNode().getStartMark().orElseThrow().getLine() + 1;
        problems.add(
            keyNode,
            "'"
                + scalar.getValue()
                + "' is stated twice, first in line "
                + line
                + "; expected each key once");
      }
    }
    return tuples;
  }

  private Object wrong(String what, Node node, Shape shape) {
    String is = what + " is " + kind(node);
    if (node instanceof ScalarNode scalar) {
      problems.addWord(node, is, scalar.getValue(), shape.expected(), words(shape));
    } else {
      problems.add(node, is + "; expected " + shape.expected());
    }
    return null;
  }

  private static List<String> words(Shape shape) {
    return switch (shape.bare()) {
      case Shape.Word word -> word.words();
      case Shape.OneOf oneOf -> oneOf.shapes().stream().flatMap(s -> words(s).stream()).toList();
      case Shape.MapOf map when map.exactlyOne() -> map.names();
      case Shape.Flag flag -> List.of("true", "false");
      default -> List.of();
    };
  }

  private static String kind(Node node) {
    return switch (node) {
      case MappingNode map -> "a map";
      case SequenceNode list -> "a list";
      case ScalarNode scalar when scalar.getTag().equals(Tag.NULL) -> "empty";
      case ScalarNode scalar -> "'" + shortened(scalar.getValue()) + "'";
      default -> "of an unknown kind";
    };
  }

  private static String shortened(String text) {
    return text.length() <= 60 ? text : text.substring(0, 60) + "…";
  }

  private static String path(String what, String key) {
    return what.equals(PipelineParser.FILE) || what.startsWith("an element of ")
        ? key
        : what + "." + key;
  }
}
