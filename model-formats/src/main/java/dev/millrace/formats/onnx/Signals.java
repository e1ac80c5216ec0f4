package dev.millrace.formats.onnx;

import dev.millrace.engine.feature.FeatureSpace;
import dev.millrace.engine.layer.Inputs;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** What layers can read by name: the row of numbers, fields of categories, other layers. */
final class Signals {
  /**
   * A field of categories.
   *
   * @param indices [N, entries], each within the field
   * @param weights [N, entries]; null if there is one entry of weight 1
   * @param size how many categories it has
   */
  record Field(String indices, String weights, int size) {}

  /** A value [N, width]. */
  record Value(String name, int width) {}

  /** What a layer reads: numbers, which may be null, and fields. */
  record Source(Value numbers, List<Field> fields) {}

  private final Value numbers; // null if there are none
  private final Map<String, Field> fields;
  private final Map<String, Value> layers = new LinkedHashMap<>();

  Signals(Value numbers, Map<String, Field> fields) {
    this.numbers = numbers;
    this.fields = fields;
  }

  /** The same inputs, without layers. */
  Signals withoutLayers() {
    return new Signals(numbers, fields);
  }

  void put(String layer, Value value) {
    layers.put(layer, value);
  }

  /** What a layer reads by these names, all of them together. */
  Source source(List<String> names) {
    Value value = null;
    List<Field> read = new ArrayList<>();
    for (String name : names) {
      for (String part : name.split(Pattern.quote(Inputs.AND))) {
        Source source =
            layers.containsKey(name) ? new Source(layers.get(name), List.of()) : one(part);
        value = value == null ? source.numbers : value;
        read.addAll(source.fields);
      }
    }
    return new Source(value, read);
  }

  private Source one(String name) {
    return switch (name) {
      case Inputs.FEATURES -> new Source(numbers, stated());
      case Inputs.NUMBERS -> new Source(numbers, List.of());
      case Inputs.CATEGORIES -> new Source(null, stated());
      default -> new Source(null, List.of(fields.get(name)));
    };
  }

  private List<Field> stated() {
    return fields.entrySet().stream()
        .filter(field -> !field.getKey().startsWith(FeatureSpace.MADE))
        .map(Map.Entry::getValue)
        .toList();
  }

  /** The values that a layer joins. */
  List<Value> values(List<String> names) {
    return names.stream().map(name -> source(List.of(name)).numbers).toList();
  }
}
