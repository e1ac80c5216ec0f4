package dev.millrace.topology.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.snakeyaml.engine.v2.nodes.Node;

/**
 * A checked value and its place.
 *
 * @param content a String, Long, Double, Boolean, List of Value or Map of Value, or null where the
 *     value was wrong and is already reported
 */
record Value(Node node, Object content) {
  Optional<Value> get(String key) {
    return content instanceof Map<?, ?> map && map.get(key) instanceof Value value
        ? Optional.of(value)
        : Optional.empty();
  }

  Optional<String> text(String key) {
    return get(key).flatMap(Value::text);
  }

  Optional<String> text() {
    return content instanceof String text ? Optional.of(text) : Optional.empty();
  }

  Optional<Long> whole(String key) {
    return get(key)
        .flatMap(v -> v.content instanceof Long number ? Optional.of(number) : Optional.empty());
  }

  Optional<Boolean> flag(String key) {
    return get(key)
        .flatMap(v -> v.content instanceof Boolean flag ? Optional.of(flag) : Optional.empty());
  }

  /** The elements of a list, none if it is no list. */
  List<Value> elements() {
    List<Value> elements = new ArrayList<>();
    if (content instanceof List<?> list) {
      list.forEach(element -> elements.add((Value) element));
    }
    return elements;
  }

  boolean isMap() {
    return content instanceof Map<?, ?>;
  }

  boolean isList() {
    return content instanceof List<?>;
  }
}
