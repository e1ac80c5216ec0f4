package dev.millrace.formats.onnx;

import dev.millrace.engine.feature.FeatureSpec;
import java.util.HashMap;
import java.util.Map;

/**
 * The inputs of a graph: one for each field, which several features may read. A feature of an event
 * before, or of a part of a time, has an input of its own, by its own name.
 */
final class FieldInputs {
  private final Graph graph;
  private final Map<String, Element> taken = new HashMap<>();

  FieldInputs(Graph graph) {
    this.graph = graph;
  }

  /** The input that a feature reads. */
  String of(FeatureSpec feature, Element element, int width, String doc) {
    boolean isOwn = feature.settings().lag() > 0 || feature.settings().part() != null;
    String name = isOwn ? feature.name() : feature.path();
    if (taken.containsKey(name) && (isOwn || taken.get(name) != element)) {
      name = feature.name() + ":" + feature.kind(); // another feature reads that field otherwise
    }
    if (taken.put(name, element) == null) {
      graph.input(name, element, width, doc);
    }
    return name;
  }
}
