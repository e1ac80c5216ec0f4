package dev.millrace.topology.config;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/** The JSON Schema of a pipeline file, for editors: {@code docs/pipeline.schema.json}. */
public final class JsonSchema {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String SUBSTITUTED = "${env:NAME} and ${file:PATH} are replaced.";

  private final ObjectNode shared = JSON.createObjectNode();

  private JsonSchema() {}

  /** The schema as text, the same in every run. */
  public static String text() {
    ObjectNode root = JSON.createObjectNode();
    root.put("$schema", "https://json-schema.org/draft/2020-12/schema");
    root.put("title", "A Millrace pipeline");
    JsonSchema schema = new JsonSchema();
    root.setAll(schema.of(Options.FILE));
    root.set("$defs", schema.shared);
    return root.toPrettyString().replace(System.lineSeparator(), "\n") + "\n";
  }

  private ObjectNode of(Shape shape) {
    ObjectNode node = JSON.createObjectNode();
    switch (shape) {
      case Shape.Text text -> {
        node.putArray("type").add("string").add("number").add("boolean");
        node.put("pattern", "^(?:" + text.pattern().replace("(?s).+", "[\\s\\S]+") + ")$");
      }
      case Shape.Word word -> {
        node.put("type", "string");
        strings(node.putArray("enum"), word.words());
      }
      case Shape.Whole whole -> whole(node, whole);
      case Shape.Decimal decimal -> decimal(node, decimal);
      case Shape.Flag flag -> node.put("type", "boolean");
      case Shape.ListOf list -> {
        node.put("type", "array");
        node.put("minItems", list.sizeMin());
        node.set("items", of(list.element()));
      }
      case Shape.MapOf map -> map(node, map);
      case Shape.Entries entries -> {
        node.put("type", "object");
        node.set("additionalProperties", of(entries.value()));
      }
      case Shape.Settings settings -> {
        node.put("type", "object");
        ObjectNode values = node.putObject("additionalProperties");
        values.putArray("type").add("string").add("number").add("boolean");
        values.put("description", SUBSTITUTED);
      }
      case Shape.Shared named -> {
        if (!shared.has(named.name())) {
          shared.set(named.name(), of(named.shape()));
        }
        node.put("$ref", "#/$defs/" + named.name());
      }
      case Shape.OneOf oneOf -> {
        ArrayNode shapes = node.putArray("anyOf");
        oneOf.shapes().forEach(s -> shapes.add(of(s)));
      }
    }
    return node;
  }

  /** Bounds at 0 and 1; the description tells the others. */
  private static void decimal(ObjectNode node, Shape.Decimal decimal) {
    node.put("type", "number");
    node.put("description", decimal.expected());
    if (decimal.valid().test(-0.5)) {
      node.put("maximum", 0);
      return;
    }
    node.put(decimal.valid().test(0) ? "minimum" : "exclusiveMinimum", 0);
    if (!decimal.valid().test(1)) {
      node.put("exclusiveMaximum", 1);
    }
  }

  private static void whole(ObjectNode node, Shape.Whole whole) {
    node.put("type", "integer");
    if (whole.min() != Long.MIN_VALUE) {
      node.put("minimum", whole.min());
    }
    if (whole.max() != Long.MAX_VALUE) {
      node.put("maximum", whole.max());
    }
  }

  private void map(ObjectNode node, Shape.MapOf map) {
    node.put("type", "object");
    node.put("additionalProperties", false);
    if (map.exactlyOne()) {
      node.put("minProperties", 1);
      node.put("maxProperties", 1);
    }
    List<String> required =
        map.options().stream().filter(Option::required).map(Option::name).toList();
    if (!required.isEmpty()) {
      strings(node.putArray("required"), required);
    }
    ObjectNode properties = node.putObject("properties");
    for (Option option : map.options()) {
      ObjectNode property = of(option.shape());
      property.put(
          "description",
          option.required() ? option.doc() : option.doc() + " Default: " + option.defaultText());
      properties.set(option.name(), property);
    }
  }

  private static void strings(ArrayNode array, List<String> texts) {
    texts.forEach(array::add);
  }
}
